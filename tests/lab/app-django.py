"""What Django understands of settings: app-django.py FILE... prints a JSON list; app-django.py --send FILE TO SUBJECT sends."""
import email.header, email.utils, importlib.util, json, sys

from django.conf import Settings, settings
from django.core.mail import EmailMessage, get_connection


def load(path, number):
    name = f"mail_settings_{number}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    settings._wrapped = Settings(name)
    known = {k for k in dir(__import__("django.conf.global_settings", fromlist=["x"])) if k.isupper()}
    unknown = sorted(k for k in dir(module) if k.isupper() and k not in known)
    return get_connection(), unknown


def facts(path, number):
    c, unknown = load(path, number)
    header = str(EmailMessage("s", "b", to=["x@example.test"]).message()["From"])
    name, address = email.utils.parseaddr(header)
    name = str(email.header.make_header(email.header.decode_header(name)))
    tls = "implicit" if c.use_ssl else "starttls" if c.use_tls else "none"
    return {
        "host": c.host, "port": c.port, "tls": tls, "user": c.username or None, "password": c.password or None,
        "from": address, "name": name or None, "mechanism": None,
        "errors": [f"no setting of Django's: {k}" for k in unknown]
        + ([] if settings.SERVER_EMAIL == address else [f"SERVER_EMAIL {settings.SERVER_EMAIL}"]),
    }


if sys.argv[1] == "--send":
    connection, _ = load(sys.argv[2], 0)
    EmailMessage(sys.argv[4], "sent by Django\n", to=[sys.argv[3]], connection=connection).send()
else:
    print(json.dumps([facts(f, n) for n, f in enumerate(sys.argv[1:])]))
