//! Applications really send: goldens, unmodified, in the box; and at a server that offers no TLS, where none of them may
//! log in unless the account says so.

mod at_a_server;
mod in_the_box;

use std::process::{Command, Stdio};

use crate::Test;
use crate::applications::{django_command, nodemailer_command, php_command, rails_command};
use crate::lab::{BOX, Home};
use crate::sending::{Step, step};

/// A program that sends by a file.
struct Sends {
    target: &'static str,
    needs: &'static [&'static str],
    /// Where the password is.
    variable: &'static str,
    /// The command, but for the file, the recipient and the subject.
    command: fn(&Home) -> Command,
    /// Whether it insists on STARTTLS: what does not was said to.
    strict: bool,
}

const SENDS: &[Sends] = &[
    Sends {
        target: "django",
        needs: &[BOX, "django"],
        variable: "EMAIL_HOST_PASSWORD",
        command: django_command,
        strict: true,
    },
    Sends {
        target: "rails",
        needs: &[BOX, "action_mailer"],
        variable: "SMTP_PASSWORD",
        command: rails_command,
        strict: true,
    },
    Sends {
        target: "nodemailer",
        needs: &[BOX, "nodemailer"],
        variable: "SMTP_PASSWORD",
        command: |home| nodemailer_command("nodemailer", home),
        strict: true,
    },
    Sends {
        target: "nodemailer",
        needs: &[BOX, "nodemailer"],
        variable: "SMTP_PASSWORD",
        command: |home| nodemailer_command("nodemailer-latest", home),
        strict: true,
    },
    Sends {
        target: "laravel",
        needs: &[BOX, "symfony-mailer"],
        variable: "MAIL_PASSWORD",
        command: |home| php_command("laravel", home),
        // Debian 12 has symfony/mailer 5.4, which cannot.
        strict: false,
    },
    Sends {
        target: "nextcloud",
        needs: &[BOX, "symfony-mailer"],
        variable: "NC_mail_smtppassword",
        command: |home| php_command("nextcloud", home),
        strict: false,
    },
];

/// The steps in the box, one an application.
pub const STEPS: &[Step] = &[
    Step { needs: &[BOX, "django"], ..step("django_sends", "django", 3, |f| in_the_box::sends("django", f)) },
    Step { needs: &[BOX, "action_mailer"], ..step("rails_sends", "rails", 4, |f| in_the_box::sends("rails", f)) },
    Step {
        needs: &[BOX, "nodemailer"],
        ..step("nodemailer_sends", "nodemailer", 4, |f| in_the_box::sends("nodemailer", f))
    },
    Step {
        needs: &[BOX, "symfony-mailer"],
        ..step("laravel_sends", "laravel", 4, |f| in_the_box::sends("laravel", f))
    },
    Step {
        needs: &[BOX, "symfony-mailer"],
        ..step("nextcloud_sends", "nextcloud", 2, |f| in_the_box::sends("nextcloud", f))
    },
    Step {
        needs: &[BOX, "amtool", "prometheus-alertmanager"],
        ..step("alertmanager_sends", "alertmanager", 2, in_the_box::alertmanager)
    },
];

pub fn tests() -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for (n, sends) in SENDS.iter().enumerate() {
        let needs = &sends.needs[1..];
        tests.push(Test::new(format!("{}_logs_in_with_nasty_values_{n}", sends.target), needs, move || {
            at_a_server::logins(sends)
        }));
        tests.push(Test::new(format!("{}_sends_nothing_without_a_login_{n}", sends.target), needs, move || {
            at_a_server::without_a_password(sends)
        }));
        if sends.strict {
            tests.push(Test::new(format!("{}_insists_on_starttls_{n}", sends.target), needs, move || {
                at_a_server::stripped(sends)
            }));
        }
    }
    for (n, sends) in SENDS.iter().enumerate().filter(|(_, s)| s.target == "nodemailer") {
        tests.push(Test::new(format!("nodemailer_gets_a_token_{n}"), &sends.needs[1..], move || {
            at_a_server::refreshes(sends)
        }));
    }
    tests
}

/// A command that sends, given up after a while.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=1", "30"]).arg(command.get_program()).args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(k, v)| v.map(|v| (k, v)))).stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    limited
}
