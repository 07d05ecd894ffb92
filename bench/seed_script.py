"""The baseline: the script that people use today, statement for statement.

`requests`, no session, one application after another, every execution in full, and three of
the six active statuses. Only the address is an argument, and plain http.
"""

import sys

import requests

SPINNAKER_URL = sys.argv[1] + "/"

APPS_URL = SPINNAKER_URL + "applications"
r = requests.get(url=APPS_URL)
applications = r.json()
app_names = [app["name"] for app in applications]

active_executions = []
for app_name in app_names:
    executions_url = SPINNAKER_URL + "applications/" + app_name + "/pipelines"
    r = requests.get(url=executions_url)
    executions = r.json()
    active_executions.extend(
        [
            pipesstat
            for pipesstat in executions
            if pipesstat["status"] in ["RUNNING", "PAUSED", "BUFFERED"]
        ]
    )

active_total = len(active_executions)

print(*active_executions, sep="\n\n")
print("======")
print("Total Pipelines (Running/Paused/Buffered): ", active_total)
