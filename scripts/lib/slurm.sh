# Sourced by test-slurm: a Slurm cluster of one node on this machine, in a folder of its own, beside whatever Slurm there may be.
# Needs root (slurmd starts tasks for others) and the packages slurm-wlm and munge; no systemd, no control groups, no accounting.

# free_port: a TCP port that nobody listens on.
free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# wait_until SECONDS WHAT COMMAND...: asks again and again until the command succeeds.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || { say "waited in vain for $what"; return 1; }
    sleep 0.2
  done
}

# start_slurm FOLDER: munge, slurmctld and slurmd; SLURM_CONF then names the cluster for all commands. Where a daemon does not start,
# or the cluster runs no task, it says which and why, and fails.
start_slurm() {
  slurm_folder=$1
  local node
  node=$(hostname -s)
  mkdir -p "$slurm_folder"/{state,spool}
  chmod 755 "$slurm_folder"
  head -c 1024 /dev/urandom >"$slurm_folder/munge.key"
  chmod 400 "$slurm_folder/munge.key"
  cat >"$slurm_folder/slurm.conf" <<CONF
ClusterName=phasescope
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm_folder/munge.socket
StateSaveLocation=$slurm_folder/state
SlurmdSpoolDir=$slurm_folder/spool
SlurmctldPidFile=$slurm_folder/slurmctld.pid
SlurmdPidFile=$slurm_folder/slurmd.pid
SlurmctldLogFile=$slurm_folder/slurmctld.log
SlurmdLogFile=$slurm_folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
KillWait=5
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$slurm_folder/slurm.conf
  munged --force --key-file="$slurm_folder/munge.key" --socket="$slurm_folder/munge.socket" --pid-file="$slurm_folder/munged.pid" \
    --log-file="$slurm_folder/munged.log" --seed-file="$slurm_folder/munged.seed" || { no_daemon munged; return 1; }
  slurmctld -f "$SLURM_CONF" || { no_daemon slurmctld; return 1; }
  slurmd -f "$SLURM_CONF" -N "$node" || { no_daemon slurmd; return 1; }
  wait_until 180 "the node" node_is_idle_or_lost || { no_daemon slurmctld; return 1; }
  for daemon in slurmctld slurmd; do is_alive "$daemon" || { no_daemon "$daemon"; return 1; }; done
  timeout 180 srun --quiet true 2>"$slurm_folder/srun.log" || { no_daemon srun; return 1; }
}

# no_daemon NAME: what it said last.
no_daemon() {
  say "$1 does not work here: $(tail -n 1 "$slurm_folder/$1.log" 2>/dev/null || true)"
}

is_alive() {
  kill -0 "$(cat "$slurm_folder/$1.pid" 2>/dev/null)" 2>/dev/null
}

node_is_idle_or_lost() {
  node_is_idle || { [ -e "$slurm_folder/slurmd.pid" ] && ! is_alive slurmd; }
}

node_is_idle() {
  [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]
}

# start_now JOB: without the two minutes that Slurm lets a requeued job wait.
start_now() {
  wait_until 180 "job $1 in the queue" job_is_waiting "$1"
  scontrol update JobId="$1" StartTime=now
}

job_is_waiting() {
  [ "$(squeue -h -r -t PENDING -j "$1" -o %t 2>/dev/null)" = PD ]
}

# job_is_over JOB: it has left the queue.
job_is_over() {
  [ -z "$(squeue -h -r -j "$1" 2>/dev/null)" ]
}

# end_process PID_FILE: asks it to end, and waits for it.
end_process() {
  local process
  process=$(cat "$1" 2>/dev/null) || return 0
  kill "$process" 2>/dev/null || return 0
  wait_until 20 "the end of process $process" process_is_gone "$process" || kill -9 "$process" 2>/dev/null || true
}

process_is_gone() {
  ! kill -0 "$1" 2>/dev/null
}

stop_slurm() {
  scancel --me --full 2>/dev/null || true
  for daemon in slurmd slurmctld munged; do end_process "$slurm_folder/$daemon.pid"; done
  rm -rf "$slurm_folder" "${log_folder:-$slurm_folder}"
}
