#!/usr/bin/env python3
"""The server's figures: requests per second of CPU time, latency and memory, beside nginx serving the same bytes as a file
and beside the peers that install from PyPI. One run, one machine, loopback.

  cargo build --release && benches/serve.py            # needs wrk and nginx: apt install wrk nginx-light
  benches/serve.py --peers                             # also automx2, from PyPI into target/bench
  benches/serve.py --seconds 10 --rounds 5

Rounds are interleaved, medians are shown: compare within a table. CPU time is the steadier figure; wrk runs on the same
cores. It ends with 1 when a promise of the table's last column is not kept. It ends only processes that it started.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
ADDRESS = "a@example.com"
AUTOCONFIG = f"/mail/config-v1.1.xml?emailaddress={ADDRESS}"
POX = "/autodiscover/autodiscover.xml"
REQUEST = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>'
    f"<EMailAddress>{ADDRESS}</EMailAddress><AcceptableResponseSchema>"
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>"
    "</Request></Autodiscover>"
)


class Server:
    """A program under load, with all processes that it made."""

    def __init__(self, name, port, argv, env=None, cwd=None):
        self.name, self.port = name, port
        self.process = subprocess.Popen(
            argv, env={**os.environ, **(env or {})}, cwd=cwd, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.results = {}

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def pids(self):
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    todo += map(int, pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split())
            except OSError:
                pass
        return found

    def cpu(self):
        ticks = 0
        for pid in self.pids():
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks / TICK

    def memory(self):
        """Resident memory in MiB: of the largest process, since a forked one shares most of its parent's."""
        largest = 0
        for pid in self.pids():
            try:
                found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
                largest = max(largest, int(found.group(1)) / 1024 if found else 0)
            except OSError:
                pass
        return largest

    def wait(self, path="/"):
        for _ in range(300):
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} ended with {self.process.returncode}")
            try:
                urllib.request.urlopen(self.url(path), timeout=1).read()
                return self
            except urllib.error.HTTPError:
                return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{self.name} does not answer")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)


def wrk(server, path, seconds, script=None):
    argv = ["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency"] + (["-s", script] if script else []) + [server.url(path)]
    before = server.cpu()
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    cpu = server.cpu() - before
    requests = int(re.search(r"(\d+) requests in", said).group(1))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    if "Non-2xx" in said:
        raise SystemExit(f"{server.name}: {path}: not every answer was good\n{said}")
    return {
        "cpu": requests / max(cpu, 1 / TICK),
        "wall": requests / seconds,
        "p99": float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit],
    }


def hosts(count):
    lines = "".join(f"      - d{n}.example.net\n" for n in range(count - 1))
    return (
        "providers:\n  bench:\n    name: Bench\n    imap: imap.example.com\n    smtp: smtp.example.com\n"
        f"    domains:\n      - example.com\n{lines}"
    )


def folder_of_files(folder, count):
    """Each domain in a file and with a provider of its own, as a host keeps them that lets its customers write."""
    folder.mkdir()
    for n in range(count):
        name = f"d{n}.example.net"
        (folder / f"{name}.yaml").write_text(
            f"providers:\n  p{n}:\n    name: Host of {name}\n    domains: [{name}]\n"
            f"    imap: imap.{name}\n    smtp: smtp.{name}\n")
    return folder


def reloads(server):
    """What /metrics says of readings that went well."""
    said = urllib.request.urlopen(server.url("/metrics")).read().decode()
    return int(re.search(r'^mailwright_reloads_total\{result="ok"\} (\d+)', said, re.M).group(1))


def reload(server, times):
    """Has the files read again, and waits until each reading is served."""
    for _ in range(times):
        before = reloads(server)
        server.process.send_signal(signal.SIGHUP)
        for _ in range(600):
            if reloads(server) > before:
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"{server.name} does not read its files again")
    # What was served before is freed behind the last answer.
    time.sleep(2)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=5)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--peers", action="store_true")
    options.add_argument("--binary", default=str(ROOT / "target/release/mailwright"))
    args = options.parse_args()
    for program in ("wrk", "nginx"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is not installed: apt install wrk nginx-light")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mailwright-bench-"))
    folder.chmod(0o755)
    servers = []
    try:
        run(args, folder, servers)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run(args, folder, servers):
    def start(*arguments, **keywords):
        servers.append(Server(*arguments, **keywords))
        return servers[-1]

    (folder / "one.yaml").write_text(hosts(1))
    (folder / "many.yaml").write_text(hosts(10000))
    ours = start("mailwright", 24310, [args.binary, "serve", str(folder / "one.yaml"), "--listen", "127.0.0.1:24310"])
    many = start("mailwright, 10,000 domains", 24311,
                 [args.binary, "serve", str(folder / "many.yaml"), "--listen", "127.0.0.1:24311"])
    files = start("mailwright, 10,000 files", 24312,
                  [args.binary, "serve", str(folder_of_files(folder / "files", 10000)), "--listen", "127.0.0.1:24312"])
    ours.wait("/health"), many.wait("/health"), files.wait("/health")
    document = urllib.request.urlopen(ours.url(AUTOCONFIG)).read()
    www = folder / "www" / "mail"
    www.mkdir(parents=True)
    (www / "config-v1.1.xml").write_bytes(document)
    for path in (folder / "www", www):
        path.chmod(0o755)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log /dev/null; events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; {temporary}\n"
        f"  types {{ text/xml xml; }} server {{ listen 127.0.0.1:24301; root {folder}/www; }} }}\n")
    nginx = start("nginx, the same bytes as a file", 24301, ["nginx", "-c", str(folder / "nginx.conf")])
    nginx.wait(AUTOCONFIG)
    peers = []
    if args.peers:
        venv = ROOT / "target/bench"
        if not (venv / "bin/gunicorn").exists():
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
            subprocess.run([venv / "bin/pip", "install", "-q", "automx2==2026.2", "gunicorn==27.0.1"], check=True)
        (folder / "automx2.conf").write_text(f"[automx2]\ndb_uri = sqlite:///{folder}/automx2.db\n")
        env = {"AUTOMX2_CONF": str(folder / "automx2.conf")}
        for name, port, more in (("automx2 under gunicorn, 2 workers", 24321, ["-w", "2"]),
                                 ("automx2 under gunicorn, 2 workers with 16 threads", 24322, ["-w", "2", "--threads", "16"])):
            peer = start(name, port, [str(venv / "bin/gunicorn"), *more, "-b", f"127.0.0.1:{port}", "automx2.server:app"], env)
            peer.wait()
            if not peers:
                urllib.request.urlopen(peer.url("/initdb/")).read()
            peers.append(peer)
    script = folder / "post.lua"
    script.write_text(
        f"wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'text/xml; charset=utf-8'\nwrk.body = [[{REQUEST}]]\n")

    plan = [("GET autoconfig", AUTOCONFIG, None, [nginx, ours, many, *peers]),
            ("POST Autodiscover", POX, str(script), [ours, many, *peers])]
    for server in (ours, many, files):
        server.fresh = server.memory()
    reload(many, 5), reload(files, 5)
    for _ in range(args.rounds):
        for what, path, lua, those in plan:
            for server in those:
                server.results.setdefault(what, []).append(wrk(server, path, args.seconds, lua))

    def median(server, what, key):
        return statistics.median(r[key] for r in server.results[what])

    print(f"{args.rounds} rounds of {args.seconds} s, 32 connections, medians\n")
    print("| what | server | requests a CPU second | of nginx | requests/s | p99 ms | memory MiB |")
    print("|---|---|---:|---:|---:|---:|---:|")
    anchor = median(nginx, "GET autoconfig", "cpu")
    for what, _, _, those in plan:
        for server in those:
            print(f"| {what} | {server.name} | {median(server, what, 'cpu'):,.0f} | {median(server, what, 'cpu') / anchor:.2f} "
                  f"| {median(server, what, 'wall'):,.0f} | {median(server, what, 'p99'):.1f} | {server.memory():.1f} |")
    kept = True

    def promise(words, good):
        nonlocal kept
        kept &= good
        print(f"- {'kept' if good else 'NOT KEPT'}: {words}")

    print()
    get, post = "GET autoconfig", "POST Autodiscover"
    ratio = median(ours, get, "cpu") / anchor
    promise(f"autoconfig at least 1.0 of nginx a CPU second: {ratio:.2f}", ratio >= 1)
    half = median(ours, post, "cpu") / median(ours, get, "cpu")
    promise(f"Autodiscover at least half of autoconfig: {half:.2f}", half >= 0.5)
    slow = median(ours, get, "p99") / median(nginx, get, "p99")
    promise(f"p99 at most 3 times nginx's: {slow:.2f}", slow <= 3)
    promise(f"one domain below 20 MiB: {ours.memory():.1f} (fresh {ours.fresh:.1f})", ours.memory() < 20)
    promise(f"10,000 domains in one file, read six times, below 64 MiB: {many.memory():.1f} (fresh {many.fresh:.1f})", many.memory() < 64)
    promise(f"10,000 files, read six times, below 64 MiB: {files.memory():.1f} (fresh {files.fresh:.1f})", files.memory() < 64)
    if peers:
        times = median(ours, get, "cpu") / max(median(p, get, "cpu") for p in peers)
        promise(f"at least 100 times automx2: {times:.0f}", times >= 100)
    if not kept:
        raise SystemExit(1)


main()
