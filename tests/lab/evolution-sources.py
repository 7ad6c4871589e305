#!/usr/bin/env python3
"""What Evolution's own data server makes of `.config/evolution/sources` in each home: evolution-source-registry reads the
files, and libedataserver asks it over D-Bus, as Evolution does. Prints a JSON list.
  evolution-sources.py HOME...
The registry is not installed (it would bring a web browser along): install.sh unpacks it into the folder LAB_EDS.
"""
import json, os, subprocess, sys

EDS = os.environ.get("LAB_EDS", "")
# Extension, and the getters of what is asked for.
ASKED = {
    "Mail Account": "backend_name identity_uid archive_folder needs_initial_setup",
    "Mail Identity": "address name reply_to signature_uid",
    "Mail Submission": "sent_folder use_sent_folder transport_uid",
    "Mail Composition": "drafts_folder",
    "Mail Transport": "backend_name",
    "Authentication": "host port user method remember_password",
    "Security": "method",
    "Pretty Good Privacy (OpenPGP)": "key_id sign_by_default encrypt_by_default",
    "Secure MIME (S/MIME)": "signing_certificate sign_by_default encrypt_by_default",
}


def ask():
    import gi
    gi.require_version("EDataServer", "1.2")
    from gi.repository import EDataServer, Gio, GLib
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    loop = GLib.MainLoop()
    Gio.bus_watch_name_on_connection(bus, "org.gnome.evolution.dataserver.Sources5", 0, lambda *_: loop.quit(), None)
    GLib.timeout_add_seconds(20, loop.quit)
    loop.run()
    registry = EDataServer.SourceRegistry.new_sync(None)
    sources = {}
    for source in registry.list_sources(None):
        shown = {"name": source.get_display_name(), "enabled": source.get_enabled(), "parent": source.get_parent()}
        for group, getters in ASKED.items():
            if source.has_extension(group):
                extension = source.get_extension(group)
                shown[group] = {getter: getattr(extension, "get_" + getter)() for getter in getters.split()}
        if source.has_extension("Mail Signature"):
            path = source.get_extension("Mail Signature").get_file().get_path()
            shown["signature"] = open(path, encoding="utf-8").read() if os.path.exists(path) else None
        sources[source.get_uid()] = shown
    print(json.dumps(sources))


def one(home):
    libraries = f"{EDS}/usr/lib/x86_64-linux-gnu:{EDS}/usr/lib/evolution-data-server"
    environment = {"HOME": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LD_LIBRARY_PATH": libraries, "LAB_EDS": EDS,
                   "EDS_REGISTRY_MODULES": "/nonexistent", "GSETTINGS_BACKEND": "memory"}
    script = '"$1" 2> "$HOME/said" & registry=$!; timeout 30 /usr/bin/python3 "$2" --ask; status=$?; kill $registry; exit $status'
    run = subprocess.run(["dbus-run-session", "--", "sh", "-c", script, "lab", f"{EDS}/usr/libexec/evolution-source-registry",
                          os.path.abspath(__file__)], env=environment, capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        sys.exit(run.stderr)
    # What it has to say about a file of ours.
    with open(os.path.join(home, "said"), encoding="utf-8") as f:
        said = [line.strip() for line in f if ".source" in line]
    return {"sources": json.loads(run.stdout), "said": said}


if sys.argv[1:] == ["--ask"]:
    ask()
else:
    json.dump([one(home) for home in sys.argv[1:]], sys.stdout, indent=1, ensure_ascii=False)
    print()
