#!/usr/bin/env python3
"""check-fetchmail.py FILE: what fetchmail makes of its configuration (--configdump), as JSON."""
import json, re, subprocess, sys

said = subprocess.run(["fetchmail", "-f", sys.argv[1], "--configdump"], capture_output=True)
complaints = said.stderr.replace(b"fetchmail: WARNING: Running as root is discouraged.\n", b"")
if said.returncode or complaints:
    sys.exit(complaints.decode())
names = {}
# In most values an octet outside of ASCII is dumped as \\0x and two octets that are no digits: a question mark here.
exec(re.sub(rb"(?<!\\)((?:\\\\)*)\\0x..", rb"\1?", said.stdout, flags=re.S).decode(), names)
print(json.dumps(names["fetchmailrc"]))
