"""Checks model-serving endpoints and dashboards through the vendor's SDK."""

import time

import pytest
from databricks.sdk import errors
from databricks.sdk.service.dashboards import SchedulePauseStatus
from databricks.sdk.service.serving import EndpointStateConfigUpdate, EndpointStateReady
from databricks.sdk.service.sql import State

SECONDS = 60


def kind_of(workspace, endpoint):
    """The kind of the first entity of an endpoint. Only a read of the endpoint shows provisioned throughput."""
    entity = workspace.serving_endpoints.get(endpoint.name).config.served_entities[0]
    if entity.external_model:
        return "external"
    if entity.foundation_model:
        return "foundation"
    return "provisioned" if entity.max_provisioned_throughput else "custom"


def first(workspace, kind):
    return next(
        found.name
        for found in workspace.serving_endpoints.list()
        if kind_of(workspace, found) == kind
    )


def config_call(workspace, name, verb):
    """Stop and start are in no SDK. The manual, "Manage model serving endpoints", names them:
    POST /api/2.0/serving-endpoints/{name}/config:stop and config:start."""
    return workspace.api_client.do("POST", f"/api/2.0/serving-endpoints/{name}/config:{verb}", body={})


def raw_state(workspace, name):
    """`state.suspend` is in no SDK."""
    return workspace.api_client.do("GET", f"/api/2.0/serving-endpoints/{name}")["state"]


def wait_until(is_so):
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def schedules_of(workspace, status=None):
    return [
        schedule
        for dashboard in workspace.lakeview.list(page_size=4)
        for schedule in workspace.lakeview.list_schedules(dashboard.dashboard_id, page_size=2)
        if status in (None, schedule.pause_status)
    ]


def pause(workspace, schedule, status):
    schedule.pause_status = status
    return workspace.lakeview.update_schedule(schedule.dashboard_id, schedule.schedule_id, schedule)


def test_endpoints_are_listed_at_once_and_are_known_by_their_names(primary, standby):
    names = [endpoint.name for endpoint in primary.serving_endpoints.list()]
    assert len(set(names)) == len(names) > 5
    assert set(names) == {endpoint.name for endpoint in standby.serving_endpoints.list()}
    kinds = {kind_of(primary, endpoint) for endpoint in primary.serving_endpoints.list()}
    assert kinds == {"custom", "provisioned", "foundation", "external"}
    updates = {endpoint.state.config_update for endpoint in primary.serving_endpoints.list()}
    assert updates == {EndpointStateConfigUpdate.NOT_UPDATING}


def test_a_custom_endpoint_starts_by_an_update_of_its_config_and_stops(standby):
    name = first(standby, "custom")
    before = standby.serving_endpoints.get(name)
    assert before.state.ready == EndpointStateReady.NOT_READY
    assert raw_state(standby, name)["suspend"] == "STOPPED"
    config_call(standby, name, "start")
    starting = standby.serving_endpoints.get(name)
    assert starting.state.config_update == EndpointStateConfigUpdate.IN_PROGRESS
    assert starting.pending_config.config_version == before.config.config_version + 1
    with pytest.raises(errors.BadRequest):
        config_call(standby, name, "stop")
    started = standby.serving_endpoints.wait_get_serving_endpoint_not_updating(name)
    assert started.state.ready == EndpointStateReady.READY
    assert started.config.config_version == before.config.config_version + 1
    config_call(standby, name, "stop")
    wait_until(lambda: raw_state(standby, name).get("suspend") == "STOPPED")
    config_call(standby, name, "stop")
    assert standby.serving_endpoints.get(name).state.ready == EndpointStateReady.NOT_READY


def test_what_serves_no_custom_model_cannot_be_stopped(primary):
    for kind in ("provisioned", "foundation", "external"):
        with pytest.raises(errors.BadRequest):
            config_call(primary, first(primary, kind), "stop")


def test_dashboards_are_listed_in_pages_and_their_schedules_too(primary, standby):
    paged = [dashboard.dashboard_id for dashboard in primary.lakeview.list(page_size=2)]
    assert paged == [dashboard.dashboard_id for dashboard in primary.lakeview.list()]
    assert len(set(paged)) == len(paged) > 4
    schedules = schedules_of(primary)
    assert len({schedule.schedule_id for schedule in schedules}) == len(schedules) > 4
    assert {schedule.dashboard_id for schedule in schedules} < set(paged)
    assert not schedules_of(standby, SchedulePauseStatus.UNPAUSED)


def test_a_schedule_is_paused_as_a_whole_and_with_its_etag(primary):
    schedule = schedules_of(primary, SchedulePauseStatus.UNPAUSED)[-1]
    read = primary.lakeview.get_schedule(schedule.dashboard_id, schedule.schedule_id)
    assert read == schedule
    answered = pause(primary, read, SchedulePauseStatus.PAUSED)
    after = primary.lakeview.get_schedule(schedule.dashboard_id, schedule.schedule_id)
    assert answered == after
    assert (after.pause_status, after.cron_schedule) == (SchedulePauseStatus.PAUSED, schedule.cron_schedule)
    assert after.etag != schedule.etag
    with pytest.raises(errors.ResourceConflict):
        pause(primary, schedule, SchedulePauseStatus.PAUSED)
    assert pause(primary, after, SchedulePauseStatus.UNPAUSED).pause_status == SchedulePauseStatus.UNPAUSED


def test_a_schedule_that_is_on_refreshes_and_starts_its_warehouse(standby):
    schedule = next(schedule for schedule in schedules_of(standby) if schedule.warehouse_id)
    assert standby.warehouses.get(schedule.warehouse_id).state == State.STOPPED
    schedule.cron_schedule.quartz_cron_expression = "0 * * * * ?"
    changed = pause(standby, schedule, SchedulePauseStatus.UNPAUSED)
    up = (State.STARTING, State.RUNNING)
    wait_until(lambda: standby.warehouses.get(schedule.warehouse_id).state in up)
    pause(standby, changed, SchedulePauseStatus.PAUSED)
    wait_until(lambda: standby.warehouses.get(schedule.warehouse_id).state == State.RUNNING)
    standby.warehouses.stop(schedule.warehouse_id).result()


def test_what_an_update_may_not_do_is_refused(primary):
    schedule = schedules_of(primary)[0]
    schedule.etag = None
    with pytest.raises(errors.InvalidParameterValue):
        pause(primary, schedule, SchedulePauseStatus.PAUSED)
    schedule.cron_schedule.quartz_cron_expression = ""
    with pytest.raises(errors.InvalidParameterValue):
        pause(primary, schedule, SchedulePauseStatus.PAUSED)


def test_what_does_not_exist_is_not_found(primary):
    nothing = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(errors.NotFound):
        primary.serving_endpoints.get("no-such-endpoint")
    with pytest.raises(errors.NotFound):
        list(primary.lakeview.list_schedules(nothing))
    with pytest.raises(errors.NotFound):
        primary.lakeview.get_schedule(next(iter(primary.lakeview.list())).dashboard_id, nothing)


def test_permissions_can_be_read_as_a_probe(primary):
    endpoint = next(iter(primary.serving_endpoints.list()))
    dashboard = next(iter(primary.lakeview.list()))
    for kind, resource in (("serving-endpoints", endpoint.id), ("dashboards", dashboard.dashboard_id)):
        levels = primary.permissions.get(kind, resource).access_control_list
        assert levels[0].group_name == "admins"
