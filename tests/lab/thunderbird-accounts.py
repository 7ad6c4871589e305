#!/usr/bin/env python3
"""What the real Thunderbird makes of user.js files. Run it by check-thunderbird.sh.
  accounts LIST.json     [{"text": TEXT, "values": true for the bare preferences}, ...]: all read in one start
  starts HOME PROFILE    three starts with this home; in the second an account is added by hand
  use HOME PROFILE USE.json   (in the box) sends from every identity and fetches: {"passwords": {ADDRESS: ...}, "subject": ...}
"""
import json, os, sys

from thunderbird import PREFS, empty_home, lab_ca, read, started, user_prefs

SCRIPT = "thunderbird-accounts.js"


def main(mode, *args):
    if mode == "accounts":
        with empty_home() as home:
            profile = os.path.join(home, "profile")
            os.mkdir(profile)
            with open(os.path.join(profile, "user.js"), "w") as f:
                f.write(user_prefs(PREFS))
            with started(home, ["--profile", profile], profile) as thunderbird:
                answer = thunderbird.ask(SCRIPT, {"items": json.loads(read(args[0]))})
                version = thunderbird.version
        return {"thunderbird": version, "results": answer}
    home, name = args[:2]
    profile = os.path.join(home, ".thunderbird", name)
    # user.js stays as it is: what the lab needs stands where Thunderbird keeps what it was told by hand.
    with open(os.path.join(profile, "prefs.js"), "w") as f:
        f.write(user_prefs(PREFS))
    if mode == "use":
        request = json.loads(read(args[2])) | {"ca": lab_ca()}
        with started(home, [], profile, 60) as thunderbird:
            return thunderbird.ask(SCRIPT, {"use": request})
    answers = []
    for number in range(3):
        # The profile is found by profiles.ini.
        with started(home, [], profile, 60) as thunderbird:
            answers.append(thunderbird.ask(SCRIPT, {"add": number == 1}))
            thunderbird.quit()
            thunderbird.process.wait(30)
    return answers


json.dump(main(*sys.argv[1:]), sys.stdout, indent=1, ensure_ascii=False)
print()
