#!/bin/sh
# usage: submit.sh NAME MODULE [option ...]   submits a job of our wheel unless one of that name runs already.
# Flink's high availability brings jobs back by itself, so this runs once, at the first start.
set -eu
name=$1 module=$2
shift 2
rest=http://${JOB_MANAGER_RPC_ADDRESS:-jobmanager}:8081
running() {
  curl -fsS "$rest/jobs/overview" | python3 -c '
import json, sys
live = {"CREATED", "INITIALIZING", "RUNNING", "RESTARTING", "FAILING", "RECONCILING"}
sys.exit(not any(j["name"] == sys.argv[1] and j["state"] in live for j in json.load(sys.stdin)["jobs"]))' "$name"
}
if running; then echo "submit: $name runs already"; exit 0; fi
set -- "$@" "--execution-mode=${EXECUTION_MODE:-thread}"
exec flink run -d -m "${rest#http://}" -pyexec python3 -pyclientexec python3 \
  -pyfs "$(ls /opt/groundswell/wheel/*.whl)" -pym "$module" "$@"
