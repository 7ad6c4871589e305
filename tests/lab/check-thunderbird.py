#!/usr/bin/env python3
"""Drives the real Thunderbird, headless, through Marionette. Run it by check-thunderbird.sh, which says how."""
import argparse, json, os, shutil, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))

parser = argparse.ArgumentParser()
parser.add_argument("mode", choices=["parse", "login"])
parser.add_argument("email", nargs="?")
parser.add_argument("files", nargs="*")
parser.add_argument("--list", help="a JSON file: [{\"file\": PATH, \"email\": ADDRESS}, ...]")
parser.add_argument("--password-file")
parser.add_argument("--subject", default="Thunderbird lab Grüße")
parser.add_argument("--realname", default="Lab User")
parser.add_argument("--strict", action="store_true")
parser.add_argument("--timeout", type=float, default=120)
args = parser.parse_args()
if bool(args.files) == bool(args.list):
    parser.error("either EMAIL FILE... or --list LIST.json")

PREFS = {
    "marionette.port": 0,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "mail.provider.enabled": False,
    "mailnews.start_page.enabled": False,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
}


class Marionette:
    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.file = self.sock.makefile("rb")
        self.id = 0
        self.receive()  # its hello

    def receive(self):
        length = b""
        while (c := self.file.read(1)) not in (b":", b""):
            length += c
        return json.loads(self.file.read(int(length)))

    def call(self, name, **parameters):
        self.id += 1
        data = json.dumps([0, self.id, name, parameters]).encode()
        self.sock.sendall(b"%d:%s" % (len(data), data))
        _, _, error, value = self.receive()
        if error:
            raise RuntimeError(f"{name}: {error.get('message')}")
        return value


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def main():
    wanted = json.loads(read(args.list)) if args.list else [{"file": f, "email": args.email} for f in args.files]
    request = {"mode": args.mode, "realname": args.realname, "subject": args.subject, "ca": "",
               "password": read(args.password_file).rstrip("\n") if args.password_file else "",
               "items": [item | {"xml": read(item["file"])} for item in wanted]}
    ca = os.environ.get("LAB_CA", "") if os.environ.get("LAB_BOX") else ""
    if os.path.isfile(ca):
        request["ca"] = "".join(line for line in read(ca).splitlines() if not line.startswith("-----"))
    home = tempfile.mkdtemp(prefix="lab-thunderbird-")
    profile = os.path.join(home, "profile")
    os.mkdir(profile)
    with open(os.path.join(profile, "user.js"), "w") as f:
        f.writelines(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFS.items())
    log = open(os.path.join(home, "log"), "w")
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
    environment |= {"HOME": home, "TMPDIR": home, "MOZ_HEADLESS": "1", "LANG": "C.UTF-8"}
    thunderbird = subprocess.Popen(
        ["thunderbird", "--headless", "--no-remote", "--marionette", "--remote-allow-system-access",
         "--profile", profile], env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        start_new_session=True)
    try:
        end = time.time() + args.timeout
        port_file = os.path.join(profile, "MarionetteActivePort")
        while not (os.path.exists(port_file) and read(port_file).strip()):
            if time.time() > end or thunderbird.poll() is not None:
                raise RuntimeError("Thunderbird did not start:\n" + read(log.name)[-2000:])
            time.sleep(0.05)
        marionette = Marionette(int(read(port_file)))
        marionette.sock.settimeout(args.timeout + 10)
        session = marionette.call("WebDriver:NewSession", capabilities={})
        marionette.call("WebDriver:SetTimeouts", script=int(args.timeout * 1000))
        marionette.call("Marionette:SetContext", value="chrome")
        script = read(os.path.join(HERE, "check-thunderbird.js"))
        answer = marionette.call("WebDriver:ExecuteAsyncScript", script=script, args=[request], sandbox="system")
        results = json.loads(answer["value"])
    except Exception:
        sys.stderr.writelines(l + "\n" for l in read(log.name).splitlines() if l and "Gtk" not in l and "glib" not in l)
        raise
    finally:
        thunderbird.kill()
        thunderbird.wait()
        shutil.rmtree(home, ignore_errors=True)
    json.dump({"thunderbird": session["capabilities"]["browserVersion"], "results": results},
              sys.stdout, indent=1, ensure_ascii=False)
    print()
    good = all(r["ok"] for r in results)
    if args.strict:
        good = good and not any(r.get("console") or any((r.get("dropped") or {}).values()) for r in results)
    return 0 if good else 1


sys.exit(main())
