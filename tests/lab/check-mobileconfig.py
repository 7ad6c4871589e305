#!/usr/bin/env python3
"""check-mobileconfig.py FILE...: what Apple configuration profiles say, held against Apple's own schema.

Prints a JSON list of {file, profile, faults} on stdout and each fault on stderr; exits 1 when there is a fault.
apple-schema/ holds Apple's published description (device-management repository, MIT licence) of a profile's top
level, of the keys common to all payloads, and of the mail, contacts and calendar payloads. Unknown keys are faults:
Apple's devices ignore them without a word. Not checked: whether a device accepts the profile.
"""
import functools, json, os, plistlib, re, subprocess, sys
import yaml

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "apple-schema")
TYPES = {"<string>": str, "<integer>": int, "<boolean>": bool, "<array>": list, "<dictionary>": dict,
         "<data>": bytes, "<real>": float}
# Ports on which TLS begins with the first byte.
IMPLICIT_TLS = (993, 995, 465)
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)


@functools.cache
def keys(name):
    with open(os.path.join(SCHEMA, name + ".yaml"), encoding="utf-8") as f:
        return yaml.safe_load(f)["payloadkeys"]


def type_name(value):
    return "bool" if isinstance(value, bool) else type(value).__name__


def check_value(where, name, value, key, faults):
    kind = TYPES.get(key["type"])
    if kind and type(value) is not kind:  # not isinstance: True is an int to Python
        faults.append(f"{where}: {name} must be {key['type']}, is {type_name(value)}")
        return
    if "rangelist" in key and value not in key["rangelist"]:
        faults.append(f"{where}: {name} is {value!r}, not one of {key['rangelist']}")
    bounds = key.get("range") or {}
    if "min" in bounds and value < bounds["min"] or "max" in bounds and value > bounds["max"]:
        faults.append(f"{where}: {name} is {value!r}, outside of {bounds}")
    if value == "":
        faults.append(f"{where}: {name} is empty")
    if kind is dict and key.get("subkeys"):
        check(f"{where}: {name}", value, key["subkeys"], faults)


def check(where, value, schema, faults):
    known = {k["key"]: k for k in schema}
    for name, key in known.items():
        if key.get("presence") == "required" and name not in value:
            faults.append(f"{where}: {name} is missing")
    for name, v in value.items():
        if name in known:
            check_value(where, name, v, known[name], faults)
        else:
            faults.append(f"{where}: {name} is not a key that Apple describes")


def check_payload(where, payload, faults):
    """What the schema does not say, but a device or a reader minds."""
    if type(payload.get("PayloadVersion")) is not int or payload["PayloadVersion"] != 1:
        faults.append(f"{where}: PayloadVersion is {payload.get('PayloadVersion')!r}, not the integer 1")
    if not UUID.fullmatch(str(payload.get("PayloadUUID", ""))):
        faults.append(f"{where}: PayloadUUID is not a UUID")
    for name, value in payload.items():
        if name.endswith(("PortNumber", "Port")):
            if type(value) is not int or not 0 < value < 65536:
                faults.append(f"{where}: {name} is {value!r}, not a port")
            use_ssl = name.removesuffix("PortNumber").removesuffix("Port") + "UseSSL"
            if value in IMPLICIT_TLS and payload.get(use_ssl) is not True:
                faults.append(f"{where}: {name} is {value}, and {use_ssl} is {payload.get(use_ssl)!r}")


def judge(path):
    faults = []
    with open(path, "rb") as f:
        raw = f.read()
    try:
        profile = plistlib.loads(raw)
    except Exception as error:
        return {"file": path, "profile": None, "faults": [f"plistlib cannot read it: {error}"]}
    # A second, independent reader must see the same.
    other = subprocess.run(["plistutil", "-i", path, "-f", "bin"], capture_output=True)
    if other.returncode or plistlib.loads(other.stdout) != profile:
        faults.append("libplist reads it differently: " + other.stderr.decode(errors="replace").strip())

    common = keys("CommonPayloadKeys")
    # A profile need not be an MDM command: TopLevel.yaml describes it, and the payload's common keys hold for it too.
    check("profile", profile, {k["key"]: k for k in common + keys("TopLevel")}.values(), faults)
    if profile.get("PayloadType") != "Configuration":
        faults.append(f"profile: PayloadType is {profile.get('PayloadType')!r}, not 'Configuration'")
    payloads = [("profile", profile)]
    if not profile.get("PayloadContent"):
        faults.append("profile: nothing is in it")
    for n, payload in enumerate(profile.get("PayloadContent", [])):
        kind = payload.get("PayloadType", "")
        where = f"payload {n} ({kind})"
        payloads.append((where, payload))
        if kind.startswith("com.apple.") and os.path.isfile(os.path.join(SCHEMA, kind + ".yaml")):
            check(where, payload, common + keys(kind), faults)
        else:
            faults.append(f"{where}: not a payload type whose description is here")
    seen = {}
    for where, payload in payloads:
        check_payload(where, payload, faults)
        for name in ("PayloadIdentifier", "PayloadUUID"):
            value = payload.get(name)
            if value in seen:
                faults.append(f"{where}: {name} {value} is also {seen[value]}'s")
            elif value:
                seen[value] = where
    return {"file": path, "profile": profile, "faults": faults}


judged = [judge(path) for path in sys.argv[1:]]
json.dump(judged, sys.stdout, indent=1, ensure_ascii=False, default=repr)
print()
for one in judged:
    for fault in one["faults"]:
        print(f"FAULT {one['file']}: {fault}", file=sys.stderr)
sys.exit(1 if any(one["faults"] for one in judged) or not judged else 0)
