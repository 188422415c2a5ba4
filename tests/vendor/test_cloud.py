"""Checks the simulated cloud by AWS's own SDK, used as its users use it.

Law: a call has one attempt and a short time-out, and the endpoint is loopback. Nothing else of the SDK is changed.
The cloud is served faster than real time, so that waits of minutes take seconds.
"""

import json
import os
import socket
import subprocess
import time
import urllib.request
import uuid

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

# Virtual seconds per real second.
SPEED = 60


@pytest.fixture(scope="module")
def cloud():
    command = [os.environ["SIMULATED_CLOUD"], "--speed", str(SPEED)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.terminate()
        _, said = server.communicate(timeout=10)
    # An unknown request is a failure of the simulator, and not of the test that sent it.
    assert "unknown" not in said, said


@pytest.fixture(scope="module", autouse=True)
def names_below_localhost():
    """S3 Control puts the account before the host, and not every machine resolves names below localhost."""
    ask = socket.getaddrinfo

    def answer(host, *rest, **named):
        return ask("127.0.0.1" if str(host).endswith("localhost") else host, *rest, **named)

    socket.getaddrinfo = answer
    yield
    socket.getaddrinfo = ask


def client(cloud, service, region=None):
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10)
    return boto3.client(
        service,
        endpoint_url=f"http://localhost:{cloud['port']}",
        region_name=region or cloud["region"],
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
        config=config,
    )


def refused(call, **asked):
    with pytest.raises(ClientError) as error:
        call(**asked)
    return error.value.response["Error"]["Code"]


def test_parameters_are_read_and_overwritten(cloud):
    ssm = client(cloud, "ssm")
    before = ssm.get_parameter(Name="/reports/host")["Parameter"]
    assert before["Type"] == "String"
    put = ssm.put_parameter(Name="/reports/host", Value="two.example", Overwrite=True)
    assert put["Version"] == before["Version"] + 1
    assert ssm.get_parameter(Name="/reports/host")["Parameter"]["Value"] == "two.example"


def test_parameters_are_refused(cloud):
    ssm = client(cloud, "ssm")
    assert refused(ssm.get_parameter, Name="/none") == "ParameterNotFound"
    assert refused(ssm.put_parameter, Name="/reports/host", Value="x") == "ParameterAlreadyExists"
    assert refused(client(cloud, "ssm", "us-east-1").get_parameter, Name="/reports/host") == "ParameterNotFound"


def test_a_secure_string_is_hidden_unless_it_is_decrypted(cloud):
    ssm = client(cloud, "ssm")
    assert ssm.get_parameter(Name="/reports/secret")["Parameter"]["Value"] != "hidden"
    assert ssm.get_parameter(Name="/reports/secret", WithDecryption=True)["Parameter"]["Value"] == "hidden"


def test_a_secret_gets_one_version_for_one_token(cloud):
    secrets = client(cloud, "secretsmanager")
    first = secrets.get_secret_value(SecretId="work/connection")
    assert first["VersionStages"] == ["AWSCURRENT"]
    token = str(uuid.uuid4())
    asked = {"SecretId": first["ARN"], "ClientRequestToken": token, "SecretString": '{"host":"two.example"}'}
    assert secrets.put_secret_value(**asked)["VersionId"] == token
    assert secrets.put_secret_value(**asked)["VersionStages"] == ["AWSCURRENT"]
    found = secrets.get_secret_value(SecretId="work/connection")
    assert (found["VersionId"], found["SecretString"]) == (token, asked["SecretString"])
    before = secrets.get_secret_value(SecretId="work/connection", VersionStage="AWSPREVIOUS")
    assert before["SecretString"] == first["SecretString"]
    asked["SecretString"] = "other"
    assert refused(secrets.put_secret_value, **asked) == "ResourceExistsException"
    assert refused(secrets.get_secret_value, SecretId="none") == "ResourceNotFoundException"


def route53(cloud):
    """With an endpoint given, the SDK signs for its own region instead of that of the control plane."""
    return client(cloud, "route53", "us-east-1")


def upsert(cloud, name, value):
    record = {"Name": name, "Type": "CNAME", "TTL": 30, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    return {"HostedZoneId": cloud["zone"], "ChangeBatch": batch}


def test_a_record_is_changed_and_comes_into_sync(cloud):
    zones = route53(cloud)
    asked = {"HostedZoneId": cloud["zone"], "StartRecordName": "work.cloud.example", "StartRecordType": "CNAME"}
    change = zones.change_resource_record_sets(**upsert(cloud, "work.cloud.example", "two.example"))["ChangeInfo"]
    assert change["Status"] == "PENDING"
    listed = zones.list_resource_record_sets(**asked, MaxItems="1")
    assert listed["ResourceRecordSets"] == [
        {
            "Name": "work.cloud.example.",
            "Type": "CNAME",
            "TTL": 30,
            "ResourceRecords": [{"Value": "two.example"}],
        }
    ]
    deadline = time.monotonic() + 10
    while zones.get_change(Id=change["Id"])["ChangeInfo"]["Status"] != "INSYNC":
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_records_are_listed_in_order_and_refused(cloud):
    zones = route53(cloud)
    listed = zones.list_resource_record_sets(HostedZoneId=cloud["zone"])["ResourceRecordSets"]
    assert [record["Name"] for record in listed] == ["weighted.cloud.example.", "work.cloud.example."]
    assert (listed[0]["SetIdentifier"], listed[0]["Weight"]) == ("one", 10)
    asked = upsert(cloud, "weighted.cloud.example", "two.example")
    assert refused(zones.change_resource_record_sets, **asked) == "InvalidChangeBatch"
    assert refused(zones.list_resource_record_sets, HostedZoneId="ZNONE") == "NoSuchHostedZone"
    assert refused(zones.get_change, Id="C9999") == "NoSuchChange"


def dials(control, cloud):
    found = control.get_multi_region_access_point_routes(AccountId=cloud["account"], Mrap=cloud["access_point"])
    return {route["Region"]: route["TrafficDialPercentage"] for route in found["Routes"]}


def test_routes_of_an_access_point_are_switched(cloud):
    control = client(cloud, "s3control", "us-west-2")
    assert dials(control, cloud) == {"us-east-1": 100, "eu-west-1": 0}
    whose = {"AccountId": cloud["account"], "Mrap": cloud["access_point"]}
    updates = [
        {"Region": "us-east-1", "TrafficDialPercentage": 0},
        {"Bucket": "data-two", "Region": "eu-west-1", "TrafficDialPercentage": 100},
    ]
    control.submit_multi_region_access_point_routes(**whose, RouteUpdates=updates)
    deadline = time.monotonic() + 10
    while dials(control, cloud) != {"us-east-1": 0, "eu-west-1": 100}:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_routes_are_refused(cloud):
    whose = {"AccountId": cloud["account"], "Mrap": cloud["access_point"]}
    control = client(cloud, "s3control", "eu-west-1")
    none = [{"Region": region, "TrafficDialPercentage": 0} for region in ("us-east-1", "eu-west-1")]
    submit = control.submit_multi_region_access_point_routes
    assert refused(submit, **whose, RouteUpdates=none) == "InvalidRequest"
    elsewhere = [{"Region": "eu-central-1", "TrafficDialPercentage": 100}]
    assert refused(submit, **whose, RouteUpdates=elsewhere) == "InvalidRequest"
    look = control.get_multi_region_access_point_routes
    other = cloud["access_point"].replace("simulated", "other")
    assert refused(look, AccountId=cloud["account"], Mrap=other) == "NoSuchMultiRegionAccessPoint"
    outside = client(cloud, "s3control", "eu-central-1").get_multi_region_access_point_routes
    assert refused(outside, **whose) == "InvalidRequest"


def test_a_stream_tells_its_status(cloud):
    kinesis = client(cloud, "kinesis")
    found = kinesis.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]
    assert (found["StreamStatus"], found["StreamName"]) == ("ACTIVE", "orders")
    assert refused(kinesis.describe_stream_summary, StreamName="none") == "ResourceNotFoundException"


def test_a_topic_takes_messages(cloud):
    sns = client(cloud, "sns")
    assert sns.publish(TopicArn=cloud["topic"], Subject="Moved", Message="The work has moved.\nTo two.")["MessageId"]
    assert refused(sns.publish, TopicArn=cloud["topic"], Subject="a\nb", Message="x") == "InvalidParameter"
    assert refused(sns.publish, TopicArn=cloud["topic"] + "-none", Message="x") == "NotFound"
    assert refused(sns.publish, TopicArn=cloud["fifo"], Message="x") == "InvalidParameter"
    once = {"TopicArn": cloud["fifo"], "Message": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    assert sns.publish(**once)["MessageId"] == sns.publish(**once)["MessageId"]


def test_a_host_of_the_web_takes_what_is_sent(cloud):
    sent = urllib.request.Request(f"http://localhost:{cloud['port']}/hook", data=b"{}", method="POST")
    with urllib.request.urlopen(sent, timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b"taken")


def test_health_tells_events_page_by_page(cloud):
    health = client(cloud, "health", "us-east-1")
    issues = {"regions": [cloud["region"]], "eventTypeCategories": ["issue"], "eventStatusCodes": ["open"]}
    pages = health.get_paginator("describe_events").paginate(filter=issues, PaginationConfig={"PageSize": 10})
    events = [event for page in pages for event in page["events"]]
    assert len(events) == 12
    assert {event["statusCode"] for event in events} == {"open"}
    assert events[0]["eventTypeCode"] == "AWS_EC2_OPERATIONAL_ISSUE"
    since = events[0]["startTime"]
    closed = {"eventStatusCodes": ["closed"], "endTimes": [{"from": since}]}
    (one,) = health.describe_events(filter=closed)["events"]
    assert one["endTime"] >= since
    assert refused(health.describe_events, maxResults=10, nextToken="none") == "InvalidPaginationToken"
