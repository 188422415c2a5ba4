"""Checks vector search, databases, and the resources beside them, through the vendor's SDK."""

import time
from datetime import timedelta

import pytest
from databricks.sdk import errors
from databricks.sdk.common.lro import LroOptions
from databricks.sdk.common.types.fieldmask import FieldMask
from databricks.sdk.service.compute import ListClustersFilterBy
from databricks.sdk.service.database import DatabaseInstance, DatabaseInstanceState
from databricks.sdk.service.pipelines import PipelineState
from databricks.sdk.service.postgres import Endpoint, EndpointSpec, EndpointStatusState
from databricks.sdk.service.vectorsearch import EndpointStatusState as SearchState
from databricks.sdk.service.vectorsearch import PipelineType, VectorIndexType

LONG = timedelta(seconds=90)


def wait(seen, wanted):
    """Reads until the wanted value is there."""
    deadline = time.monotonic() + LONG.total_seconds()
    while seen() != wanted:
        assert time.monotonic() < deadline, seen()
        time.sleep(0.2)


def search_state(workspace, name):
    return workspace.vector_search_endpoints.get_endpoint(name).endpoint_status.state


def endpoints_of(workspace):
    return [
        endpoint
        for project in workspace.postgres.list_projects(page_size=1)
        for branch in workspace.postgres.list_branches(project.name, page_size=1)
        for endpoint in workspace.postgres.list_endpoints(branch.name, page_size=1)
    ]


def test_search_endpoints_are_listed_and_known_by_their_names(primary, standby):
    listed = list(primary.vector_search_endpoints.list_endpoints())
    names = {endpoint.name for endpoint in listed}
    assert len(names) == len(listed) > 4
    assert names == {endpoint.name for endpoint in standby.vector_search_endpoints.list_endpoints()}
    states = {endpoint.endpoint_status.state for endpoint in listed}
    assert states == {SearchState.ONLINE, SearchState.STOPPED}


def test_a_continuous_index_is_a_pipeline_that_runs(primary):
    found = []
    for endpoint in primary.vector_search_endpoints.list_endpoints():
        if endpoint.endpoint_status.state != SearchState.ONLINE:
            continue
        for index in primary.vector_search_indexes.list_indexes(endpoint.name):
            read = primary.vector_search_indexes.get_index(index.name)
            assert read.endpoint_name == endpoint.name
            if index.index_type == VectorIndexType.DELTA_SYNC:
                found.append(read.delta_sync_index_spec)
    kinds = {spec.pipeline_type for spec in found}
    assert kinds == {PipelineType.CONTINUOUS, PipelineType.TRIGGERED}
    endless = [spec for spec in found if spec.pipeline_type == PipelineType.CONTINUOUS]
    for spec in endless:
        assert primary.pipelines.get(spec.pipeline_id).state == PipelineState.RUNNING


def test_a_search_endpoint_starts_and_stops(standby):
    name = next(iter(standby.vector_search_endpoints.list_endpoints())).name
    started = standby.vector_search_endpoints.start_endpoint(name)
    assert started.endpoint_status.state == SearchState.STARTING
    standby.vector_search_endpoints.wait_get_endpoint_vector_search_endpoint_online(name, LONG)
    stopping = standby.vector_search_endpoints.stop_endpoint(name)
    assert stopping.endpoint_status.state == SearchState.STOPPING
    wait(lambda: search_state(standby, name), SearchState.STOPPED)
    again = standby.vector_search_endpoints.stop_endpoint(name)
    assert again.endpoint_status.state == SearchState.STOPPED


def test_database_instances_are_listed_in_pages(primary, standby):
    paged = [found.name for found in primary.database.list_database_instances(page_size=2)]
    assert paged == [found.name for found in primary.database.list_database_instances()]
    assert len(set(paged)) == len(paged) > 4
    listed = list(standby.database.list_database_instances())
    assert {found.state for found in listed} == {DatabaseInstanceState.STOPPED}
    assert {found.effective_stopped for found in listed} == {True}


def test_a_database_instance_starts_and_stops_by_an_update(standby):
    name = next(iter(standby.database.list_database_instances())).name

    def update(stopped):
        asked = DatabaseInstance(name=name, stopped=stopped)
        return standby.database.update_database_instance(name, asked, "stopped")

    def state():
        return standby.database.get_database_instance(name).state

    assert update(False).effective_stopped is False
    wait(state, DatabaseInstanceState.AVAILABLE)
    assert update(True).effective_stopped is True
    wait(state, DatabaseInstanceState.STOPPED)
    assert update(True).state == DatabaseInstanceState.STOPPED


def test_a_database_endpoint_is_disabled_and_enabled_by_an_operation(primary):
    endpoint = next(found for found in endpoints_of(primary) if not found.status.disabled)

    def update(disabled):
        spec = EndpointSpec(endpoint_type=endpoint.status.endpoint_type, disabled=disabled)
        asked = Endpoint(name=endpoint.name, spec=spec)
        mask = FieldMask(field_mask=["spec.disabled"])
        operation = primary.postgres.update_endpoint(endpoint.name, asked, mask)
        return operation.wait(LroOptions(timeout=LONG))

    disabled = update(True)
    assert disabled.name == endpoint.name
    assert disabled.status.disabled
    assert disabled.status.current_state == EndpointStatusState.IDLE
    assert not update(False).status.disabled


def test_every_database_endpoint_of_a_standby_is_disabled(primary, standby):
    names = {found.name for found in endpoints_of(primary)}
    listed = endpoints_of(standby)
    assert names == {found.name for found in listed}
    assert len(names) > 4
    assert all(found.status.disabled for found in listed)


def test_a_gateway_runs_without_end_and_a_listing_does_not_tell(primary):
    specs = [primary.pipelines.get(found.pipeline_id) for found in primary.pipelines.list_pipelines()]
    gateways = [found for found in specs if found.spec.gateway_definition]
    assert [found.state for found in gateways] == [PipelineState.RUNNING]
    assert not gateways[0].spec.continuous
    assert any(not found.spec.libraries for found in specs if not found.spec.gateway_definition)


def test_a_cluster_is_pinned_twice_like_once(primary):
    unpinned = ListClustersFilterBy(is_pinned=False)
    cluster = next(iter(primary.clusters.list(filter_by=unpinned))).cluster_id
    for _ in range(2):
        primary.clusters.pin(cluster)
    pinned = primary.clusters.list(filter_by=ListClustersFilterBy(is_pinned=True))
    assert cluster in {found.cluster_id for found in pinned}
    primary.clusters.unpin(cluster)


def test_old_queries_and_alerts_are_listed(primary):
    queries = {found.id: found for found in primary.queries.list(page_size=2)}
    alerts = list(primary.alerts.list(page_size=2))
    assert len(queries) > len(alerts) > 1
    warehouses = {found.id for found in primary.warehouses.list()}
    assert all(found.warehouse_id in warehouses for found in queries.values())
    assert all(found.query_id in queries for found in alerts)


def test_what_does_not_exist_is_not_found(primary):
    with pytest.raises(errors.NotFound):
        primary.vector_search_endpoints.get_endpoint("no-such")
    with pytest.raises(errors.NotFound):
        primary.database.get_database_instance("no-such")
    with pytest.raises(errors.NotFound):
        primary.postgres.get_endpoint("projects/a/branches/b/endpoints/c")
    with pytest.raises(errors.NotFound):
        primary.queries.get("no-such")


def test_permissions_of_a_search_endpoint_can_be_read_as_a_probe(primary):
    endpoint = next(iter(primary.vector_search_endpoints.list_endpoints())).id
    levels = primary.permissions.get("vector-search-endpoints", endpoint).access_control_list
    assert levels[0].group_name == "admins"
