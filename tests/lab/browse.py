#!/usr/bin/python3
"""The real Chromium on pages of servers that this starts, in a private network with nothing else in it.

  browse.py PLAN.json     PLAN.json: {"servers": [{"command": [...], "port": PORT}, ...], "looks": [LOOK, ...]}
                          prints {"looks": [SEEN, ...], "browser": VERSION}

Every name is this machine's, so that the servers are asked by the hosts that they are for.

A look is one page in a tab of its own:
  url                               what is opened
  width height mobile dark language how it is looked at ("language" is Accept-Language); "text": 2 doubles the size of text
  scripts                           false: no script may run
  type                              what is typed into the form, which Enter then sends
  open                              ids of <details> to open, by keyboard
  keys                              true: Tab goes through the whole page
  picture, code                     files for a picture of the page (from "from", of "tall" pixels) and of its QR code
What is seen: url, title, lang, status, requests, said (console, violations of the policy), wide (scrollWidth, innerWidth),
faint (texts whose contrast is below 4.5), headings, controls, reached, text, html, code (what the QR code says).
"""
import base64, json, os, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request

import websocket

if os.environ.get("BROWSE") != "inside":
    os.environ["BROWSE"] = "inside"
    os.execvp("unshare", ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                          'ip link set lo up; exec "$@"', "sh", sys.executable, *sys.argv])

CONTRAST = r"""(() => {
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = text => { const n = text.match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] == 1) return c; } return [255, 255, 255, 1]; };
  const faint = []; let measured = 0;
  const look = (e, style, words) => {
    const r = ratio(parse(style.color), ground(e));
    measured++;
    if (r < 4.5) faint.push(`${words.trim().slice(0, 40)}: ${r.toFixed(2)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walker.nextNode();) {
    const e = n.parentElement;
    if (n.data.trim() && e.checkVisibility({visibilityProperty: true})) look(e, getComputedStyle(e), n.data);
  }
  for (const li of document.querySelectorAll('.steps li')) if (li.checkVisibility()) {
    const style = getComputedStyle(li, '::before');
    const r = ratio(parse(style.color), parse(style.backgroundColor));
    measured++;
    if (r < 4.5) faint.push(`the number of a step: ${r.toFixed(2)}`);
  }
  for (const e of document.querySelectorAll('input:not([type=hidden])')) {
    // The edge of a field is what says that it is one: 3 is enough for that (WCAG 1.4.11).
    const r = ratio(parse(getComputedStyle(e).borderTopColor), ground(e.parentElement));
    measured++;
    if (r < 3) faint.push(`the edge of a field: ${r.toFixed(2)}`);
  }
  return {faint, measured};
})()"""

FACTS = r"""(() => {
  const name = e => (e.tagName + ' ' + (e.id || e.getAttribute('name') || '') + ' ' + (e.textContent || '').trim().slice(0, 30)).replace(/\s+/g, ' ').trim();
  const controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')];
  return {
    url: location.href, title: document.title, lang: document.documentElement.lang,
    wide: [document.documentElement.scrollWidth, innerWidth],
    over: [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('svg, .skip') && e.getBoundingClientRect().right > innerWidth + 0.5).map(name),
    headings: [...document.querySelectorAll('h1, h2, h3, h4')].filter(e => e.checkVisibility()).map(e => Number(e.tagName[1])),
    controls: controls.filter(e => e.checkVisibility()).map(name),
    unnamed: controls.filter(e => !(e.textContent.trim() || e.labels?.length)).map(name),
    text: document.body.innerText, h1: document.querySelector('h1')?.textContent,
  };
})()"""

FOCUSED = r"""(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    name: (e.tagName + ' ' + (e.id || e.getAttribute('name') || '') + ' ' + (e.textContent || '').trim().slice(0, 30)).replace(/\s+/g, ' ').trim(),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 4 && box.height > 4 && box.bottom > 0 && box.top < innerHeight,
  };
})()"""


class Tab:
    def __init__(self, port):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
        self.id = json.load(urllib.request.urlopen(request))["id"]
        self.port, self.last, self.events = port, 0, []
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}/devtools/page/{self.id}", timeout=60, suppress_origin=True)
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.do(f"{domain}.enable")

    def receive(self):
        message = json.loads(self.socket.recv())
        if "id" not in message:
            self.events.append(message)
        return message

    def do(self, method, **parameters):
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method, "params": parameters}))
        while (message := self.receive()).get("id") != self.last:
            pass
        if "error" in message:
            raise SystemExit(f"{method}: {message['error']}")
        return message["result"]

    def value(self, expression):
        result = self.do("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{expression[:60]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def loaded(self, since):
        while not any(e["method"] == "Page.loadEventFired" for e in self.events[since:]):
            self.receive()

    def key(self, key, code, text=""):
        for kind in ("keyDown", "keyUp"):
            self.do("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                    **({"text": text} if text and kind == "keyDown" else {}))

    def picture(self, file, clip, scale=1):
        data = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**clip, "scale": scale})["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))

    def close(self):
        self.socket.close()
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json/close/{self.id}").read()


def look(port, wish):
    tab = Tab(port)
    width, height = wish["width"], wish["height"]
    tab.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=wish.get("scale", 1), mobile=wish.get("mobile", False))
    tab.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if wish.get("dark") else "light"}])
    tab.do("Network.setExtraHTTPHeaders", headers={"Accept-Language": wish.get("language", "en")})
    if not wish.get("scripts", True):
        tab.do("Emulation.setScriptExecutionDisabled", value=True)
    since = len(tab.events)
    tab.do("Page.navigate", url=wish["url"])
    tab.loaded(since)
    if "type" in wish:
        tab.value("document.querySelector('input[type=email]').focus()")
        tab.do("Input.insertText", text=wish["type"])
        since = len(tab.events)
        tab.key("Enter", 13, "\r")
        tab.loaded(since)
    for one in wish.get("open", []):
        tab.value(f"document.querySelector('#{one} > summary').focus()")
        tab.key("Enter", 13, "\r")
        if not tab.value(f"document.getElementById('{one}').open"):
            raise SystemExit(f"{one} does not open by keyboard")
    if "text" in wish:
        tab.value(f"document.documentElement.style.fontSize = '{wish['text'] * 100}%'")
    seen = tab.value(FACTS)
    seen.update(tab.value(CONTRAST))
    if wish.get("keys"):
        tab.value("document.activeElement.blur(), scrollTo(0, 0), getSelection().collapse(document.body, 0)")
        seen["reached"] = []
        for _ in range(200):
            tab.key("Tab", 9)
            focused = tab.value(FOCUSED)
            if focused is None:
                break
            seen["reached"].append(focused)
    if "picture" in wish:
        tab.value("document.activeElement.blur(), scrollTo(0, 0)")
        whole = tab.value("document.documentElement.scrollHeight")
        top = wish.get("from", 0)
        tab.picture(wish["picture"], {"x": 0, "y": top, "width": width, "height": min(wish.get("tall") or whole, max(whole, height)) })
    if "code" in wish:
        box = tab.value("(() => { const b = document.querySelector('.code svg').getBoundingClientRect(); return {x: b.x + scrollX, y: b.y + scrollY, width: b.width, height: b.height}; })()")
        tab.picture(wish["code"], box, 2)
        seen["code"] = subprocess.run(["zbarimg", "-q", "--raw", wish["code"]], capture_output=True, text=True).stdout.strip()
    events = [(e["method"], e["params"]) for e in tab.events]
    seen["requests"] = [p["request"]["method"] + " " + p["request"]["url"] for m, p in events if m == "Network.requestWillBeSent"]
    documents = [p["response"] for m, p in events if m == "Network.responseReceived" and p["type"] == "Document"]
    seen["status"] = documents[-1]["status"]
    seen["failed"] = [p["errorText"] for m, p in events if m == "Network.loadingFailed"]
    said = [p["entry"]["text"] for m, p in events if m == "Log.entryAdded"]
    said += [str(p["args"]) for m, p in events if m == "Runtime.consoleAPICalled"]
    said += [str(p["issue"]) for m, p in events if m == "Audits.issueAdded"]
    # That a page of a mistake is not 200 is meant.
    seen["said"] = [s for s in said if not ("status of 40" in s and documents[-1]["status"] in (400, 404))]
    tab.close()
    return seen


def start(server):
    process = subprocess.Popen(server["command"], stdout=subprocess.DEVNULL)
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{server['command']} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", server["port"])).close()
            return process
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{server['command']} does not listen")


def main():
    plan = json.load(open(sys.argv[1]))
    home = tempfile.mkdtemp(prefix="browse-")
    # The face that phones with Android have; a machine without desktop has none to speak of.
    os.makedirs(f"{home}/.config/fontconfig")
    with open(f"{home}/.config/fontconfig/fonts.conf", "w") as fonts:
        fonts.write("<fontconfig>" + "".join(f"<alias binding='same'><family>{name}</family><prefer><family>Roboto</family></prefer></alias>"
                                             for name in ("system-ui", "sans-serif")) + "</fontconfig>")
    servers, browser = [], None
    try:
        for server in plan["servers"]:
            servers.append(start(server))
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--host-resolver-rules=MAP * 127.0.0.1", "--disable-features=HttpsUpgrades", "--font-render-hinting=none", "--remote-debugging-port=0", f"--user-data-dir={home}/profile", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": home}, start_new_session=True)
        known = f"{home}/profile/DevToolsActivePort"
        for _ in range(600):
            if os.path.exists(known) and open(known).read().count("\n"):
                break
            time.sleep(0.05)
        port = open(known).readline().strip()
        version = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version"))["Browser"]
        print(json.dumps({"looks": [look(port, wish) for wish in plan["looks"]], "browser": version}))
    finally:
        if browser:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()
        for server in servers:
            server.kill()
            server.wait()
        shutil.rmtree(home, ignore_errors=True)


main()
