"""Checks the APIs that actions read and change, through the vendor's SDK: statements, permissions, access lists,
the work's own sign-in, and the account with managed disaster recovery.

The preview fields of a failover group that the SDK lacks, such as `asset_replication_config`, are not
simulated (docs: admin/managed-disaster-recovery).
"""

import os
import time

import pytest
from databricks.sdk import AccountClient, errors
from databricks.sdk.config import Config
from databricks.sdk.service.disasterrecovery import (
    FailoverFailoverGroupRequestFailoverType,
    FailoverGroupState,
)
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel, WorkspacePermission
from databricks.sdk.service.settings import WorkspaceNetworkOption
from databricks.sdk.service.sql import StatementState

from conftest import client

FORCED = FailoverFailoverGroupRequestFailoverType.FORCED
# The simulator's names for them.
GROUP, ATTACHED, LOOSE = "simulated-pair", "attached", "loose"
WORK_PRINCIPAL = 4000002
PRIMARY, STANDBY = 7010, 7011


def account_client(pair, **changes):
    os.environ.pop("DATABRICKS_HOST", None)
    given = {
        "host": pair["account"]["url"],
        "account_id": pair["account"]["id"],
        "client_id": pair["client_id"],
        "client_secret": pair["client_secret"],
        "auth_type": "oauth-m2m",
    }
    given.update(changes)
    config = Config(http_timeout_seconds=10, retry_timeout_seconds=20, **given)
    return AccountClient(config=config)


@pytest.fixture
def account(pair):
    """A token's virtual hour is over within half a real minute, so each test signs in for itself."""
    return account_client(pair)


def name_of(account, kind, resource):
    return f"accounts/{account.config.account_id}/{kind}/{resource}"


def until(looked, good):
    deadline = time.monotonic() + 30
    while not good(looked()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return looked()


def ended(workspace, made):
    def is_over(found):
        return found.status.state not in (StatementState.PENDING, StatementState.RUNNING)

    return until(lambda: workspace.statement_execution.get_statement(made.statement_id), is_over)


def test_a_statement_starts_its_warehouse_and_gives_its_value_as_a_text(standby):
    warehouse = next(iter(standby.warehouses.list())).id
    made = standby.statement_execution.execute_statement("SELECT 7", warehouse, wait_timeout="0s")
    assert made.status.state == StatementState.PENDING
    found = ended(standby, made)
    assert found.status.state == StatementState.SUCCEEDED
    assert found.result.data_array == [["7"]]
    assert found.manifest.total_row_count == 1


def test_a_failed_statement_is_no_error_of_the_call(standby):
    warehouse = next(iter(standby.warehouses.list())).id
    sql = "SELECT * FROM missing"
    found = ended(standby, standby.statement_execution.execute_statement(sql, warehouse, wait_timeout="0s"))
    assert found.status.state == StatementState.FAILED
    assert "TABLE_OR_VIEW_NOT_FOUND" in found.status.error.message
    with pytest.raises(errors.InvalidParameterValue):
        standby.statement_execution.execute_statement(sql, warehouse, wait_timeout="3s")
    with pytest.raises(errors.NotFound):
        standby.statement_execution.get_statement("00000000-0000-4000-8000-000000000000")


def test_a_grant_is_added_to_what_is_inherited(standby):
    job = next(iter(standby.jobs.list()))
    entry = AccessControlRequest(group_name="analysts", permission_level=PermissionLevel.CAN_MANAGE_RUN)
    standby.permissions.update("jobs", str(job.job_id), access_control_list=[entry])
    shown = standby.permissions.get("jobs", str(job.job_id)).access_control_list
    held = {entry.group_name: entry.all_permissions[0].permission_level for entry in shown}
    assert held == {"admins": PermissionLevel.CAN_MANAGE, "analysts": PermissionLevel.CAN_MANAGE_RUN}


def test_a_list_is_switched_on_and_off_and_never_against_its_caller(standby):
    assert standby.workspace_conf.get_status("enableIpAccessLists") == {"enableIpAccessLists": "true"}
    lists = {found.label: found for found in standby.ip_access_lists.list()}
    ours, nobodys = lists["switchback-only"].list_id, lists["everybody-out"].list_id
    assert not lists["switchback-only"].enabled
    with pytest.raises(errors.BadRequest, match="would block"):
        standby.ip_access_lists.update(nobodys, enabled=True)
    standby.ip_access_lists.update(ours, enabled=True)
    found = standby.ip_access_lists.get(ours).ip_access_list
    assert found.enabled and found.ip_addresses == ["198.51.100.7"]
    standby.ip_access_lists.update(ours, enabled=False)
    assert not standby.ip_access_lists.get(ours).ip_access_list.enabled


def test_the_work_signs_in_where_the_account_assigns_it(pair, account):
    def me(side):
        return client(pair[side], auth_type="oauth-m2m", **pair["work"]).current_user.me().user_name

    assert me("primary") == me("standby") == "work@cloud.example"
    account.workspace_assignment.update(PRIMARY, WORK_PRINCIPAL, permissions=[])
    held = [entry.principal.principal_id for entry in account.workspace_assignment.list(PRIMARY)]
    assert WORK_PRINCIPAL not in held and len(held) == 1
    with pytest.raises(Exception, match="invalid_client|client authentication failed"):
        me("primary")
    assert me("standby") == "work@cloud.example"
    account.workspace_assignment.update(
        PRIMARY, WORK_PRINCIPAL, permissions=[WorkspacePermission.USER]
    )
    assert me("primary") == "work@cloud.example"


def test_a_workspace_has_one_network_policy(account):
    networks = account.workspace_network_configuration
    assert networks.get_workspace_network_option_rpc(STANDBY).network_policy_id == "default-policy"
    for policy in ("cut-off", "default-policy"):
        option = WorkspaceNetworkOption(network_policy_id=policy, workspace_id=STANDBY)
        networks.update_workspace_network_option_rpc(STANDBY, option)
        found = networks.get_workspace_network_option_rpc(STANDBY)
        assert (found.network_policy_id, found.workspace_id) == (policy, STANDBY)
    with pytest.raises(errors.NotFound):
        networks.get_workspace_network_option_rpc(1)


def test_a_group_fails_over_with_its_etag_and_takes_its_url_along(account):
    recovery = account.disaster_recovery
    group = name_of(account, "failover-groups", GROUP)
    before = recovery.get_failover_group(group)
    assert before.state == FailoverGroupState.ACTIVE
    assert before.replication_point and before.etag
    target = next(region for region in before.regions if region != before.effective_primary_region)
    with pytest.raises(errors.ResourceConflict):
        recovery.failover_failover_group(group, target, FORCED, etag="old")
    with pytest.raises(errors.BadRequest):
        recovery.failover_failover_group(group, before.effective_primary_region, FORCED)
    moving = recovery.failover_failover_group(group, target, FORCED, etag=before.etag)
    assert moving.state == FailoverGroupState.FAILING_OVER and moving.etag != before.etag
    after = until(
        lambda: recovery.get_failover_group(group),
        lambda found: found.state == FailoverGroupState.ACTIVE,
    )
    assert after.effective_primary_region == target
    urls = {url.name.split("/")[-1]: url for url in recovery.list_stable_urls(f"accounts/{account.config.account_id}")}
    assert urls[ATTACHED].effective_workspace_id == str(STANDBY)
    assert urls[ATTACHED].failover_group_name == group
    assert urls[LOOSE].effective_workspace_id == str(PRIMARY)
    assert not urls[LOOSE].failover_group_name
    assert recovery.get_stable_url(urls[LOOSE].name).url == urls[LOOSE].url


def test_a_listing_omits_what_only_a_get_tells(account):
    listed = list(account.disaster_recovery.list_failover_groups(f"accounts/{account.config.account_id}"))
    assert [group.name for group in listed] == [name_of(account, "failover-groups", GROUP)]
    assert listed[0].state is None and listed[0].replication_point is None
    assert listed[0].effective_primary_region and listed[0].etag


def test_another_account_and_a_workspaces_token_find_nothing(pair, account):
    name = name_of(account, "failover-groups", GROUP)
    with pytest.raises(errors.NotFound):
        account.disaster_recovery.get_failover_group(name.replace(account.config.account_id, "another"))
    with pytest.raises(errors.NotFound):
        account.disaster_recovery.get_failover_group(f"{name}-none")
    of_workspace = account_client(
        pair, client_id=None, client_secret=None, token=pair["token"]["primary"], auth_type="pat"
    )
    with pytest.raises(errors.NotFound):
        of_workspace.disaster_recovery.get_failover_group(name)
