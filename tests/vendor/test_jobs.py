"""Checks jobs and runs through the vendor's SDK."""

import time
from datetime import timedelta

import pytest
from databricks.sdk.service import jobs
from databricks.sdk.service.jobs import PauseStatus, RunLifeCycleState, RunResultState

ACTIVE = {
    RunLifeCycleState.QUEUED,
    RunLifeCycleState.PENDING,
    RunLifeCycleState.RUNNING,
    RunLifeCycleState.TERMINATING,
}


def notebook(key="main", **more):
    return jobs.Task(
        task_key=key,
        notebook_task=jobs.NotebookTask(notebook_path="/Shared/x"),
        environment_key="default",
        **more,
    )


@pytest.fixture
def job(primary):
    made = primary.jobs.create(name="made-by-the-sdk", tasks=[notebook()])
    return made.job_id


def test_a_listing_follows_its_pages_to_the_end_newest_first(primary):
    small = [job.job_id for job in primary.jobs.list(limit=7)]
    large = [job.job_id for job in primary.jobs.list(limit=100)]
    assert small == large
    assert small == sorted(small, reverse=True)
    assert len(set(small)) == len(small) > 150


def test_a_listing_shows_tasks_only_when_asked(primary):
    assert not any(job.settings.tasks for job in primary.jobs.list(limit=25))
    assert any(job.settings.tasks for job in primary.jobs.list(limit=25, expand_tasks=True))


def test_the_name_filter_is_exact_and_ignores_case(primary, job):
    found = [found.job_id for found in primary.jobs.list(name="MADE-by-the-SDK")]
    assert job in found
    assert not list(primary.jobs.list(name="made-by-the"))


def test_every_kind_of_trigger_is_read(primary):
    settings = [job.settings for job in primary.jobs.list(limit=100)]
    assert any(s.schedule for s in settings)
    assert any(s.continuous for s in settings)
    assert any(s.trigger and s.trigger.file_arrival for s in settings)
    assert any(s.trigger and s.trigger.table_update for s in settings)
    assert any(s.trigger and s.trigger.periodic for s in settings)
    assert any(s.as_dict().get("deployment", {}).get("kind") == "BUNDLE" for s in settings)


def test_a_standby_is_paused_and_fenced(standby):
    for job in standby.jobs.list(limit=100):
        if job.settings.name != "made-by-the-sdk":
            assert job.settings.max_concurrent_runs == 0
        for entry in (job.settings.schedule, job.settings.trigger, job.settings.continuous):
            assert entry is None or entry.pause_status == PauseStatus.PAUSED


def test_pausing_sends_the_whole_schedule_back(primary):
    found = next(
        job
        for job in primary.jobs.list(limit=100)
        if job.settings.schedule and job.settings.schedule.pause_status == PauseStatus.UNPAUSED
    )
    schedule = primary.jobs.get(found.job_id).settings.schedule
    schedule.pause_status = PauseStatus.PAUSED
    primary.jobs.update(found.job_id, new_settings=jobs.JobSettings(schedule=schedule))
    after = primary.jobs.get(found.job_id).settings
    assert after.schedule.pause_status == PauseStatus.PAUSED
    assert after.schedule.quartz_cron_expression == schedule.quartz_cron_expression
    assert after.tasks, "an update of one member leaves the others alone"


def test_an_update_merges_tasks_and_removes_fields(primary, job):
    primary.jobs.update(
        job,
        new_settings=jobs.JobSettings(tasks=[notebook("second")], description="new"),
    )
    settings = primary.jobs.get(job).settings
    assert [task.task_key for task in settings.tasks] == ["main", "second"]
    primary.jobs.update(job, fields_to_remove=["description", "tasks/second"])
    settings = primary.jobs.get(job).settings
    assert settings.description is None
    assert [task.task_key for task in settings.tasks] == ["main"]


def test_a_reset_replaces_everything(primary, job):
    primary.jobs.reset(job, jobs.JobSettings(name="reset-by-the-sdk", tasks=[notebook("only")]))
    settings = primary.jobs.get(job).settings
    assert settings.name == "reset-by-the-sdk"
    assert [task.task_key for task in settings.tasks] == ["only"]


def test_more_than_a_hundred_tasks_are_paged_together(primary):
    tasks = [notebook(f"t{index:03}") for index in range(130)]
    made = primary.jobs.create(name="long", tasks=tasks)
    assert len(primary.jobs.get(made.job_id).settings.tasks) == 130


def test_a_run_is_started_once_per_token_and_waited_for(primary, job):
    first = primary.jobs.run_now(job, idempotency_token="same")
    second = primary.jobs.run_now(job, idempotency_token="same")
    assert first.response.run_id == second.response.run_id
    done = first.result(timeout=timedelta(seconds=60))
    assert done.state.result_state == RunResultState.SUCCESS
    assert done.status.termination_details.code.value == "SUCCESS"
    assert done.tasks[0].task_key == "main"
    assert len(list(primary.jobs.list_runs(job_id=job))) == 1


def test_a_run_is_canceled_and_ends_later(primary, job):
    started = primary.jobs.run_now(job)
    primary.jobs.cancel_run(started.response.run_id)
    ended = primary.jobs.wait_get_run_job_terminated_or_skipped(
        started.response.run_id, timeout=timedelta(seconds=60)
    )
    assert ended.state.result_state == RunResultState.CANCELED
    primary.jobs.cancel_run(started.response.run_id)


def test_a_limit_of_zero_skips_every_new_run(primary, job):
    primary.jobs.update(job, new_settings=jobs.JobSettings(max_concurrent_runs=0))
    run = primary.jobs.get_run(primary.jobs.run_now(job).response.run_id)
    assert run.state.life_cycle_state == RunLifeCycleState.SKIPPED


def test_queued_runs_wait_and_can_be_canceled_together(primary, job):
    primary.jobs.update(
        job, new_settings=jobs.JobSettings(queue=jobs.QueueSettings(enabled=True))
    )
    runs = [primary.jobs.run_now(job).response.run_id for _ in range(3)]
    states = [primary.jobs.get_run(run).state.life_cycle_state for run in runs]
    assert states[1:] == [RunLifeCycleState.QUEUED] * 2
    primary.jobs.cancel_all_runs(job_id=job, all_queued_runs=True)
    primary.jobs.cancel_all_runs(job_id=job)
    deadline = time.monotonic() + 20
    while list(primary.jobs.list_runs(job_id=job, active_only=True)):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_active_runs_are_active_and_paged(primary):
    runs = list(primary.jobs.list_runs(active_only=True, limit=5))
    assert len(runs) > 5
    assert {run.state.life_cycle_state for run in runs} <= ACTIVE
    assert len({run.run_id for run in runs}) == len(runs)
    of_type = list(primary.jobs.list_runs(run_type=jobs.RunType.SUBMIT_RUN))
    assert of_type and all(run.job_id is None for run in of_type)


def test_a_one_time_run_needs_no_job(primary):
    task = jobs.SubmitTask(
        task_key="main", notebook_task=jobs.NotebookTask(notebook_path="/Shared/once")
    )
    started = primary.jobs.submit(run_name="once", tasks=[task], idempotency_token="once")
    again = primary.jobs.submit(run_name="once", tasks=[task], idempotency_token="once")
    assert started.response.run_id == again.response.run_id
    done = started.result(timeout=timedelta(seconds=60))
    assert done.run_type == jobs.RunType.SUBMIT_RUN
