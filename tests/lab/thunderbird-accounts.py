#!/usr/bin/env python3
"""What the real Thunderbird makes of user.js files. Run it by check-thunderbird.sh.
  accounts FILE...       the accounts that each leads to, a start each
  values LIST.json       ["TEXT", ...]: the preferences that are read in each, and complaints, all in one start
  starts HOME PROFILE    three starts with this home; in the second an account is added by hand
  use HOME PROFILE USE.json   (in the box) sends from every account and fetches: {"passwords": {ADDRESS: ...}, "subject": ...}
"""
import json, os, sys

from thunderbird import PREFS, empty_home, lab_ca, read, started, user_prefs

SCRIPT = "thunderbird-accounts.js"


def place(text, profile):
    """A profile with this user.js, but for one line: Thunderbird would ask for passwords at once, and nobody answers."""
    os.makedirs(profile, exist_ok=True)
    with open(os.path.join(profile, "user.js"), "w") as f:
        f.writelines(line for line in text.splitlines(True) if ".login_at_startup\"" not in line)
    # What the lab needs stands where Thunderbird keeps what it was told by hand.
    with open(os.path.join(profile, "prefs.js"), "w") as f:
        f.write(user_prefs(PREFS))


def once(text, request):
    with empty_home() as home:
        profile = os.path.join(home, "profile")
        place(text, profile)
        with started(home, ["--profile", profile], profile) as thunderbird:
            return thunderbird.ask(SCRIPT, request)


def main(mode, *args):
    if mode == "accounts":
        return [once(read(file), {}) for file in args]
    if mode == "values":
        return once("", {"values": json.loads(read(args[0]))})
    home, name = args[:2]
    profile = os.path.join(home, ".thunderbird", name)
    place(read(os.path.join(profile, "user.js")), profile)
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
