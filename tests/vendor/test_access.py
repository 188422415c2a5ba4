"""Checks the sign-in, and the error classes of the SDK."""

import pytest
from databricks.sdk import errors

from conftest import client


def test_oauth_and_personal_tokens_both_reach_the_current_user(primary, standby):
    for workspace in (primary, standby):
        me = workspace.current_user.me()
        assert me.active
        assert "admins" in [group.display for group in me.groups]


def test_each_side_stands_on_a_metastore_of_its_own(primary, standby):
    ours, theirs = (workspace.metastores.current() for workspace in (primary, standby))
    assert ours.workspace_id == primary.get_workspace_id()
    assert ours.metastore_id and ours.metastore_id != theirs.metastore_id


def test_oauth_tokens_live_one_hour(primary):
    token = primary.config.oauth_token()
    assert token.token_type == "Bearer"
    assert token.valid


def test_a_personal_token_is_good_on_its_own_side_only(pair):
    foreign = client(pair["primary"], token=pair["token"]["standby"], auth_type="pat")
    with pytest.raises(errors.Unauthenticated):
        foreign.current_user.me()


def test_a_wrong_client_secret_gets_no_token(pair):
    with pytest.raises(Exception, match="invalid_client|client authentication failed"):
        client(
            pair["primary"],
            client_id=pair["client_id"],
            client_secret="wrong",
            auth_type="oauth-m2m",
        ).current_user.me()


def test_what_does_not_exist_is_not_found_whatever_the_status(primary):
    # Jobs, runs and clusters answer 400. The SDK's overrides turn that into "does not exist".
    with pytest.raises(errors.ResourceDoesNotExist):
        primary.jobs.get(404404404)
    with pytest.raises(errors.ResourceDoesNotExist):
        primary.jobs.get_run(404404000)
    with pytest.raises(errors.ResourceDoesNotExist):
        primary.clusters.get("0101-000000-missing0")
    with pytest.raises(errors.NotFound):
        primary.instance_pools.get("0101-000000-pool-missing")
    with pytest.raises(errors.NotFound):
        primary.warehouses.get("ffffffffffffffff")
    with pytest.raises(errors.NotFound):
        primary.pipelines.get("00000000-0000-4000-8000-000000000000")


def test_a_bad_value_is_an_invalid_parameter(primary):
    with pytest.raises(errors.InvalidParameterValue):
        list(primary.jobs.list(limit=101))
    with pytest.raises(errors.InvalidParameterValue):
        list(primary.jobs.list_runs(limit=25))


def test_permissions_can_be_read_as_a_probe(primary):
    job = next(iter(primary.jobs.list(limit=1)))
    levels = primary.permissions.get("jobs", str(job.job_id)).access_control_list
    assert levels[0].group_name == "admins"
