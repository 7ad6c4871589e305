"""The real Thunderbird, headless, driven through Marionette: what the checkers share."""
import contextlib, json, os, shutil, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))

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
    def __init__(self, port, timeout):
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.settimeout(timeout + 10)
        self.file = self.sock.makefile("rb")
        self.id = 0
        self.receive()  # its hello
        self.version = self.call("WebDriver:NewSession", capabilities={})["capabilities"]["browserVersion"]
        self.call("WebDriver:SetTimeouts", script=int(timeout * 1000))
        self.call("Marionette:SetContext", value="chrome")

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

    def ask(self, script, request):
        """Runs a script of this folder with a request; its answer is JSON."""
        answer = self.call("WebDriver:ExecuteAsyncScript", script=read(os.path.join(HERE, script)), args=[request],
                           sandbox="system")
        return json.loads(answer["value"])

    def quit(self):
        """As a user would: preferences are saved."""
        self.call("Marionette:Quit", flags=["eForceQuit"])


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def lab_ca():
    """The lab's certificate authority as base64, in the box."""
    ca = os.environ.get("LAB_CA", "") if os.environ.get("LAB_BOX") else ""
    if not os.path.isfile(ca):
        return ""
    return "".join(line for line in read(ca).splitlines() if not line.startswith("-----"))


@contextlib.contextmanager
def started(home, arguments, profile, timeout=120):
    """Thunderbird with this home; `arguments` choose the profile, which is the folder `profile`."""
    log = open(os.path.join(home, "log"), "w")
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")}
    environment |= {"HOME": home, "TMPDIR": home, "MOZ_HEADLESS": "1", "LANG": "C.UTF-8"}
    port_file = os.path.join(profile, "MarionetteActivePort")
    with contextlib.suppress(FileNotFoundError):
        os.remove(port_file)
    process = subprocess.Popen(
        ["thunderbird", "--headless", "--no-remote", "--marionette", "--remote-allow-system-access", *arguments],
        env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        end = time.time() + timeout
        while not (os.path.exists(port_file) and read(port_file).strip()):
            if time.time() > end or process.poll() is not None:
                raise RuntimeError("Thunderbird did not start:\n" + read(log.name)[-2000:])
            time.sleep(0.05)
        marionette = Marionette(int(read(port_file)), timeout)
        marionette.process = process
        yield marionette
    except Exception:
        sys.stderr.writelines(l + "\n" for l in read(log.name).splitlines() if l and "Gtk" not in l and "glib" not in l)
        raise
    finally:
        process.kill()
        process.wait()


def user_prefs(prefs):
    return "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in prefs.items())


@contextlib.contextmanager
def empty_home():
    home = tempfile.mkdtemp(prefix="lab-thunderbird-")
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
