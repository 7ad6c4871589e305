#!/usr/bin/env python3
"""Drives the real Thunderbird, headless, through Marionette. Run it by check-thunderbird.sh, which says how."""
import argparse, json, os, sys

from thunderbird import PREFS, empty_home, lab_ca, read, started, user_prefs

parser = argparse.ArgumentParser()
parser.add_argument("mode", choices=["parse", "login", "find"])
parser.add_argument("email", nargs="?")
parser.add_argument("files", nargs="*")
parser.add_argument("--list", help="a JSON file: [{\"file\": PATH, \"email\": ADDRESS}, ...]; for find without \"file\", "
                    "and with \"login\": true, \"subject\", \"prefs\": {NAME: true or false} where wanted")
parser.add_argument("--password-file")
parser.add_argument("--subject", default="Thunderbird lab Grüße")
parser.add_argument("--realname", default="Lab User")
parser.add_argument("--strict", action="store_true")
parser.add_argument("--timeout", type=float, default=120)
args = parser.parse_args()
if bool(args.files) == bool(args.list) or (args.mode == "find" and not args.list):
    parser.error("either EMAIL FILE... or --list LIST.json")

def main():
    wanted = json.loads(read(args.list)) if args.list else [{"file": f, "email": args.email} for f in args.files]
    request = {"mode": args.mode, "realname": args.realname, "subject": args.subject,
               "password": read(args.password_file).rstrip("\n") if args.password_file else "",
               "items": [item | {"xml": read(item["file"])} if args.mode != "find" else item for item in wanted]}
    request["ca"] = lab_ca()
    with empty_home() as home:
        profile = os.path.join(home, "profile")
        os.mkdir(profile)
        with open(os.path.join(profile, "user.js"), "w") as f:
            f.write(user_prefs(PREFS))
        with started(home, ["--profile", profile], profile, args.timeout) as thunderbird:
            results = thunderbird.ask("check-thunderbird.js", request)
            version = thunderbird.version
    json.dump({"thunderbird": version, "results": results},
              sys.stdout, indent=1, ensure_ascii=False)
    print()
    good = all(r["ok"] for r in results)
    if args.strict:
        good = good and not any(r.get("console") or any((r.get("dropped") or {}).values()) for r in results)
    return 0 if good else 1


sys.exit(main())
