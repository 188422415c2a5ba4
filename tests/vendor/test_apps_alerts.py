"""Checks apps and alerts through the vendor's SDK."""

import time
from datetime import timedelta

import pytest
from databricks.sdk import errors
from databricks.sdk.service.apps import ApplicationState, ComputeState
from databricks.sdk.service.sql import AlertLifecycleState, SchedulePauseStatus, State

LONG = timedelta(seconds=90)


def alerts_of(workspace, status):
    return [
        alert for alert in workspace.alerts_v2.list_alerts() if alert.schedule.pause_status == status
    ]


def test_apps_are_listed_in_pages_and_are_known_by_their_names(primary, standby):
    paged = [app.name for app in primary.apps.list(page_size=2)]
    assert paged == [app.name for app in primary.apps.list()]
    assert len(set(paged)) == len(paged) > 4
    assert set(paged) == {app.name for app in standby.apps.list()}
    states = {app.compute_status.state for app in primary.apps.list()}
    assert states == {ComputeState.ACTIVE, ComputeState.STOPPED}
    assert {app.compute_status.state for app in standby.apps.list()} == {ComputeState.STOPPED}


def test_a_crashed_app_still_has_its_compute(primary):
    states = {
        app.app_status.state: app.compute_status.state
        for app in primary.apps.list()
        if app.app_status.state != ApplicationState.UNAVAILABLE
    }
    assert states == {
        ApplicationState.RUNNING: ComputeState.ACTIVE,
        ApplicationState.CRASHED: ComputeState.ACTIVE,
    }


def test_an_app_starts_and_stops(standby):
    name = next(iter(standby.apps.list())).name
    assert standby.apps.get(name).active_deployment is None
    waiting = standby.apps.start(name)
    assert waiting.response.compute_status.state == ComputeState.STARTING
    started = waiting.result(timeout=LONG)
    assert started.app_status.state == ApplicationState.RUNNING
    assert started.active_deployment.deployment_id
    assert standby.apps.start(name).response.compute_status.state == ComputeState.ACTIVE
    stopped = standby.apps.stop(name).result(timeout=LONG)
    assert stopped.app_status.state == ApplicationState.UNAVAILABLE
    assert stopped.active_deployment is None
    assert standby.apps.stop(name).response.compute_status.state == ComputeState.STOPPED


def test_alerts_are_listed_in_pages_oldest_first(primary, standby):
    listed = list(primary.alerts_v2.list_alerts(page_size=3))
    assert [alert.id for alert in listed] == [alert.id for alert in primary.alerts_v2.list_alerts()]
    assert len({alert.id for alert in listed}) == len(listed) > 6
    made = [alert.create_time for alert in listed]
    assert made == sorted(made)
    assert {alert.lifecycle_state for alert in listed} == {AlertLifecycleState.ACTIVE}
    assert alerts_of(primary, SchedulePauseStatus.UNPAUSED)
    assert alerts_of(primary, SchedulePauseStatus.PAUSED)
    assert not alerts_of(standby, SchedulePauseStatus.UNPAUSED)


def test_an_alert_is_paused_with_its_whole_schedule(primary):
    alert = alerts_of(primary, SchedulePauseStatus.UNPAUSED)[-1]
    alert.schedule.pause_status = SchedulePauseStatus.PAUSED
    alert.display_name = "not in the mask"
    answered = primary.alerts_v2.update_alert(alert.id, alert, "schedule")
    after = primary.alerts_v2.get_alert(alert.id)
    assert answered.schedule == after.schedule == alert.schedule
    assert after.display_name != "not in the mask"
    after.schedule.pause_status = SchedulePauseStatus.UNPAUSED
    primary.alerts_v2.update_alert(alert.id, after, "schedule")
    again = primary.alerts_v2.get_alert(alert.id)
    assert again.schedule.pause_status == SchedulePauseStatus.UNPAUSED


def test_an_alert_that_is_on_evaluates_and_starts_its_warehouse(standby):
    alert = next(iter(standby.alerts_v2.list_alerts()))
    assert standby.warehouses.get(alert.warehouse_id).state == State.STOPPED
    assert alert.evaluation.last_evaluated_at is None
    alert.schedule.quartz_cron_schedule = "0 * * * * ?"
    alert.schedule.pause_status = SchedulePauseStatus.UNPAUSED
    standby.alerts_v2.update_alert(alert.id, alert, "schedule")
    deadline = time.monotonic() + 30
    while not standby.alerts_v2.get_alert(alert.id).evaluation.last_evaluated_at:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert standby.warehouses.get(alert.warehouse_id).state in (State.STARTING, State.RUNNING)
    alert.schedule.pause_status = SchedulePauseStatus.PAUSED
    standby.alerts_v2.update_alert(alert.id, alert, "schedule")
    standby.warehouses.stop(alert.warehouse_id).result(timeout=LONG)


def test_what_an_update_may_not_do_is_refused(primary):
    alert = next(iter(primary.alerts_v2.list_alerts()))
    for mask in ("schedule.pause_status", "*", "lifecycle_state"):
        with pytest.raises(errors.InvalidParameterValue):
            primary.alerts_v2.update_alert(alert.id, alert, mask)
    alert.schedule.quartz_cron_schedule = ""
    with pytest.raises(errors.InvalidParameterValue):
        primary.alerts_v2.update_alert(alert.id, alert, "schedule")


def test_what_does_not_exist_is_not_found(primary):
    with pytest.raises(errors.NotFound):
        primary.apps.get("no-such-app")
    with pytest.raises(errors.NotFound):
        primary.alerts_v2.get_alert("00000000-0000-4000-8000-000000000000")


def test_permissions_of_both_can_be_read_as_a_probe(primary):
    app = next(iter(primary.apps.list())).name
    alert = next(iter(primary.alerts_v2.list_alerts())).id
    for kind, resource in (("apps", app), ("alertsv2", alert)):
        levels = primary.permissions.get(kind, resource).access_control_list
        assert levels[0].group_name == "admins"
