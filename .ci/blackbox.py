"""Plays callers against a running service with an outsider's telephone, and checks what reached their ears.

usage: blackbox.py CALLER.PY ws://HOST:PORT RECORDINGS

A silent caller on every control format must hear the opening, 5 s, the re-prompt, 5 s, the request to change phones, 5 s,
and the hang-up, and so must silent callers whose telephones send our voice back or who sit in comfort noise; a caller who
presses 1 must hear the menu stop, the announcement to its end, and be routed.
"""

import concurrent.futures
import json
import subprocess
import sys
import urllib.request

WAIT_MS = 5000
LATE_MS = 100
TOOL_MS = 25


def place(tool, url, recordings, dialect, call_id, say, echo=None):
    # Asterisk's dialplan puts the call's data into the query; Twilio's start message carries them.
    path = "twilio" if dialect == "twilio" else f"asterisk?call_id={call_id}"
    command = [sys.executable, tool, f"{url}/media/{path}", "--dialect", dialect, "--prompts", recordings]
    command += ["--call-id", call_id, "--limit", "90"]
    for segment in say:
        command += ["--say", segment]
    if echo:
        command += [f"--echo={echo}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(f"{dialect}: {done.stderr}")
    return json.loads(done.stdout)


def wait_fits(gap):
    return WAIT_MS - TOOL_MS <= gap <= WAIT_MS + LATE_MS + TOOL_MS


def silent(call):
    heard = {prompt["id"]: prompt for prompt in call["heard"]}
    order = ["menu_main", "silent_reprompt", "silent_change_phone"]
    faults = [f"{name} not heard to its end" for name in order if not heard.get(name, {}).get("complete")]
    if faults:
        return faults + [f"heard: {[prompt['id'] for prompt in call['heard']]}"]
    starts = [heard[name]["from_ms"] for name in order[1:]] + [call["ended_ms"]]
    for before, start in zip(order, starts):
        gap = start - heard[before]["to_ms"]
        call.setdefault("waits", []).append(gap)
        if not wait_fits(gap):
            faults.append(f"{gap} ms after {before}")
    if call["closed_by"] != "app":
        faults.append(f"closed by {call['closed_by']}")
    return faults


def keyed(call):
    heard = {prompt["id"]: prompt["complete"] for prompt in call["heard"]}
    faults = [] if heard.get("transfer_announce") else ["transfer_announce not heard to its end"]
    if heard.get("menu_main"):
        faults.append("the menu went on after the key")
    return faults


def routed(url, call_id):
    address = url.replace("ws://", "http://") + f"/route/{call_id}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode().strip()


def main():
    tool, url, recordings = sys.argv[1:]
    dialects = ["twilio", "asterisk", "asterisk-json"]
    plans = [(dialect, "silent", ["hiss:90000"], silent) for dialect in dialects]
    plans += [(dialect, "keyed", ["hiss:2500", "key:1", "hiss:30000"], keyed) for dialect in dialects]
    plans = [(*plan, None) for plan in plans]
    # Gain in dB and delay in ms of what comes back.
    plans += [
        ("twilio", "echo12", ["hiss:90000"], silent, "-12:60"),
        ("asterisk", "echo20", ["hiss:90000"], silent, "-20:250"),
        ("asterisk-json", "comfort", ["noise:90000:-60"], silent, None),
    ]
    with concurrent.futures.ThreadPoolExecutor(len(plans)) as pool:
        calls = [
            pool.submit(place, tool, url, recordings, dialect, f"blackbox-{name}-{dialect}", say, echo)
            for dialect, name, say, _, echo in plans
        ]
    bad = False
    for (dialect, name, _, verdict, _), call in zip(plans, calls):
        call = call.result()
        faults = verdict(call)
        if name == "keyed" and (route := routed(url, f"blackbox-{name}-{dialect}")) != "queue:inquiry":
            faults.append(f"routed to {route}")
        bad |= bool(faults)
        waits = f", waits {call['waits']} ms" if "waits" in call else ""
        print(f"   {dialect:14} {name:7} {'; '.join(faults) or 'as it should be'}{waits}")
    sys.exit(bad)


main()
