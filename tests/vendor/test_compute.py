"""Checks clusters, pools, warehouses and pipelines through the vendor's SDK."""

import time
from datetime import timedelta

import pytest
from databricks.sdk import errors
from databricks.sdk.service import compute, pipelines, sql
from databricks.sdk.service.compute import ClusterSource, State

LONG = timedelta(seconds=90)


def until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def terminated(workspace):
    """The terminated all-purpose clusters that take no instances from a pool."""
    only = compute.ListClustersFilterBy(
        cluster_states=[State.TERMINATED], cluster_sources=[ClusterSource.UI]
    )
    return [found for found in workspace.clusters.list(filter_by=only) if not found.instance_pool_id]


def test_clusters_are_listed_in_pages_with_job_clusters_among_them(primary):
    small = {cluster.cluster_id for cluster in primary.clusters.list(page_size=3)}
    large = [cluster for cluster in primary.clusters.list(page_size=100)]
    assert len(small) >= len(large) - 3
    assert any(cluster.cluster_source == ClusterSource.JOB for cluster in large)


def test_a_filter_by_state_is_kept(standby):
    found = terminated(standby)
    assert found and all(cluster.state == State.TERMINATED for cluster in found)


def test_a_cluster_starts_restarts_and_terminates(standby):
    cluster = terminated(standby)[0].cluster_id
    standby.clusters.start(cluster).result(timeout=LONG)
    assert standby.clusters.get(cluster).state == State.RUNNING
    standby.clusters.start(cluster)
    standby.clusters.restart(cluster).result(timeout=LONG)
    standby.clusters.delete(cluster).result(timeout=LONG)
    ended = standby.clusters.get(cluster)
    assert ended.state == State.TERMINATED
    assert ended.termination_reason.code.value == "USER_REQUEST"
    standby.clusters.delete(cluster)
    kinds = [event.type.value for event in standby.clusters.events(cluster)]
    assert "RUNNING" in kinds and "TERMINATING" in kinds


def test_an_edit_of_a_terminated_cluster_does_not_start_it(standby):
    cluster = terminated(standby)[1]
    standby.clusters.edit(
        cluster.cluster_id,
        spark_version=cluster.spark_version,
        cluster_name=cluster.cluster_name,
        node_type_id=cluster.node_type_id,
        num_workers=9,
    )
    after = standby.clusters.get(cluster.cluster_id)
    assert (after.num_workers, after.state) == (9, State.TERMINATED)
    standby.clusters.pin(cluster.cluster_id)
    only = compute.ListClustersFilterBy(is_pinned=True)
    pinned = [found.cluster_id for found in standby.clusters.list(filter_by=only)]
    assert cluster.cluster_id in pinned
    standby.clusters.unpin(cluster.cluster_id)


def test_job_clusters_can_not_be_started(primary):
    only = compute.ListClustersFilterBy(cluster_sources=[ClusterSource.JOB])
    cluster = next(iter(primary.clusters.list(filter_by=only)))
    with pytest.raises(errors.BadRequest):
        primary.clusters.start(cluster.cluster_id)


def test_a_pool_follows_its_number_of_idle_instances(standby):
    pool = next(iter(standby.instance_pools.list()))

    def edit(**numbers):
        standby.instance_pools.edit(
            instance_pool_id=pool.instance_pool_id,
            instance_pool_name=pool.instance_pool_name,
            node_type_id=pool.node_type_id,
            **numbers,
        )

    def stats():
        return standby.instance_pools.get(pool.instance_pool_id).stats

    edit(min_idle_instances=3, max_capacity=10, idle_instance_autotermination_minutes=0)
    assert stats().pending_idle_count == 3
    until(lambda: stats().idle_count == 3)
    edit(min_idle_instances=0, max_capacity=10, idle_instance_autotermination_minutes=0)
    until(lambda: stats().idle_count == 0)
    with pytest.raises(errors.InvalidParameterValue):
        edit(min_idle_instances=0, max_capacity=0)


def test_a_warehouse_starts_and_stops(standby):
    warehouses = list(standby.warehouses.list())
    assert all(warehouse.state == sql.State.STOPPED for warehouse in warehouses)
    paged = [warehouse.id for warehouse in standby.warehouses.list(page_size=4)]
    assert paged == [warehouse.id for warehouse in warehouses]
    warehouse = warehouses[0].id
    started = standby.warehouses.start(warehouse).result(timeout=LONG)
    assert started.state == sql.State.RUNNING and started.num_clusters == 1
    stopped = standby.warehouses.stop(warehouse).result(timeout=LONG)
    assert stopped.state == sql.State.STOPPED
    standby.warehouses.stop(warehouse)
    standby.warehouses.edit(warehouse, auto_stop_mins=20)
    assert standby.warehouses.get(warehouse).auto_stop_mins == 20


def test_pipelines_are_listed_started_and_stopped(standby):
    listed = list(standby.pipelines.list_pipelines(max_results=5))
    assert len({found.pipeline_id for found in listed}) == len(listed) == 35
    assert all(found.state == pipelines.PipelineState.IDLE for found in listed)
    named = list(standby.pipelines.list_pipelines(filter=f"name LIKE '{listed[0].name}'"))
    assert [found.pipeline_id for found in named] == [listed[0].pipeline_id]
    pipeline = next(
        found.pipeline_id
        for found in listed
        if standby.pipelines.get(found.pipeline_id).spec.continuous
    )
    update = standby.pipelines.start_update(pipeline).update_id
    with pytest.raises(errors.ResourceConflict):
        standby.pipelines.start_update(pipeline)
    seen = standby.pipelines.get_update(pipeline, update).update
    assert seen.cause == pipelines.UpdateInfoCause.API_CALL
    until(lambda: standby.pipelines.get(pipeline).state == pipelines.PipelineState.RUNNING)
    standby.pipelines.stop(pipeline).result(timeout=LONG)
    after = standby.pipelines.get(pipeline)
    assert after.latest_updates[0].update_id == update
    assert after.latest_updates[0].state == pipelines.UpdateStateInfoState.CANCELED
    standby.pipelines.stop(pipeline)
    updates = standby.pipelines.list_updates(pipeline).updates
    assert [found.update_id for found in updates] == [update]


def test_a_triggered_update_completes_by_itself(standby):
    pipeline = next(
        found.pipeline_id
        for found in standby.pipelines.list_pipelines()
        if not standby.pipelines.get(found.pipeline_id).spec.continuous
    )
    update = standby.pipelines.start_update(pipeline).update_id
    completed = pipelines.UpdateInfoState.COMPLETED
    until(lambda: standby.pipelines.get_update(pipeline, update).update.state == completed)
    standby.pipelines.wait_get_pipeline_idle(pipeline, timeout=LONG)


def test_a_pipeline_is_replaced_only_as_it_was_read(standby):
    found = next(iter(standby.pipelines.list_pipelines()))
    seen = standby.pipelines.get(found.pipeline_id)
    with pytest.raises(errors.ResourceConflict):
        standby.pipelines.update(
            found.pipeline_id,
            name=seen.name,
            continuous=False,
            expected_last_modified=seen.last_modified - 1,
        )
    standby.pipelines.update(
        found.pipeline_id,
        name=seen.name,
        continuous=False,
        expected_last_modified=seen.last_modified,
    )
    assert standby.pipelines.get(found.pipeline_id).spec.continuous is False
