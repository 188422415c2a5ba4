"""Finds the alarms of a template that ring, from the data points that CloudWatch has of each metric.

Law: an alarm is judged as CloudWatch judges it over one period: by its statistic over the data points, its
comparison, and its treatment of missing data [CloudWatch: PutMetricAlarm, TreatMissingData]. Two metrics are the
same only with the same namespace, name and dimensions.
"""

STATISTICS = {"Sum": sum, "Maximum": max}
COMPARISONS = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
PAIR = "payments"


def alarms(it):
    return {
        name: one["Properties"] for name, one in it["Resources"].items() if one["Type"] == "AWS::CloudWatch::Alarm"
    }


def value_of(dimension):
    """The value of a parameter, the name of a resource in the template, or the text itself."""
    if isinstance(dimension, str):
        return dimension
    if dimension.get("Ref") == "PairName":
        return PAIR
    return dimension["Ref"] if "Ref" in dimension else dimension["Fn::GetAtt"][0]


def metric_of(alarm):
    dimensions = frozenset((one["Name"], value_of(one["Value"])) for one in alarm["Dimensions"])
    return (alarm["Namespace"], alarm["MetricName"], dimensions)


def rings(alarm, data):
    points = data.get(metric_of(alarm), [])
    if not points:
        return alarm["TreatMissingData"] == "breaching"
    return COMPARISONS[alarm["ComparisonOperator"]](STATISTICS[alarm["Statistic"]](points), alarm["Threshold"])


def ringing(it, data):
    """The ringing alarms that send a message to people."""
    people = {"Ref": "PeopleTopic"}
    return {name for name, alarm in alarms(it).items() if people in alarm["AlarmActions"] and rings(alarm, data)}


def of_function(name, function):
    return ("AWS/Lambda", name, frozenset({("FunctionName", function)}))


def heartbeat(function):
    word = function.removesuffix("Function").lower()
    return ("Switchback", "Heartbeat", frozenset({("Pair", PAIR), ("Function", word)}))


def of_pair(name):
    return ("Switchback", name, frozenset({("Pair", PAIR)}))
