//! The command line: clap types only. Completions and man pages are made from here; what a verb does is in
//! [`crate::command`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A compiler for mail accounts: one YAML file becomes the configuration of mail programs.
///
/// Exit codes: 0 done, 1 findings, 2 wrong input and nothing written, 3 the environment does not allow it.
#[derive(Debug, Parser)]
#[command(name = "mailwright", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the configuration files of mail programs.
    Generate(Generate),
    /// Show what `apply` would change in the home directory; writes nothing.
    Diff(Diff),
    /// Put the files where their programs look for them, in the home directory.
    Apply(Apply),
    /// Look for mistakes and for what programs cannot express; writes nothing.
    Check(Check),
    /// Serve autoconfig, Autodiscover, Apple profiles and set-up pages for the domains of the files.
    Serve(Serve),
    /// Write the same answers as a static site, with configuration for nginx, Caddy and Apache.
    Export(Export),
    /// Print the DNS records that the domains need, as lines of a zone file.
    Dns(Dns),
    /// Show every setting of the accounts and where it comes from.
    Explain(Explain),
    /// Print a first account file for an address.
    Init(Init),
    /// List the targets or the built-in providers.
    List(List),
    /// Print the JSON Schema of account files, for editors.
    Schema,
    /// Print shell completions.
    Completions(Completions),
    /// Print the manual page.
    Man(Man),
}

/// The account files of a run.
#[derive(Debug, Args)]
pub struct Files {
    /// Account files; `-` is standard input. Several are one document, a later one layered over.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
}

/// How problems and results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs, on standard output.
    Json,
}

/// `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// Account files.
    #[command(flatten)]
    pub input: Files,
    /// Targets, separated by commas, or `all`. Default: the file's `generate`, else autoconfig, mobileconfig, msmtp, mutt.
    #[arg(short, long, value_name = "TARGET", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Write below this directory, each target in a folder of its own.
    #[arg(short, long, value_name = "DIR", conflicts_with = "stdout")]
    pub output: Option<PathBuf>,
    /// Arrange the files as they lie in the home directory, for stow, or as chezmoi names them; only those that live there.
    #[arg(long, value_enum, value_name = "LAYOUT", conflicts_with = "stdout")]
    pub layout: Option<Arrangement>,
    /// Print to standard output; needs exactly one resulting file.
    #[arg(long, conflicts_with = "check")]
    pub stdout: bool,
    /// Write nothing. With -o, show how the directory differs from what would be written (exit 1).
    #[arg(long)]
    pub check: bool,
    /// Replace files that Mailwright did not write; each is kept as a backup.
    #[arg(long)]
    pub force: bool,
    /// Write passwords that stand in the account file into the outputs, with mode 0600.
    #[arg(long = "i-accept-cleartext-passwords")]
    pub cleartext: bool,
    /// How results and problems are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What `--layout` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Arrangement {
    /// As they lie in the home directory.
    Home,
    /// A package a target, for `stow`.
    Stow,
    /// As chezmoi's source folder names them.
    Chezmoi,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Account files.
    #[command(flatten)]
    pub input: Files,
    /// Targets, separated by commas, or `all`. Default: as for `generate`, without those that live elsewhere.
    #[arg(short, long, value_name = "TARGET", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Also count what `apply --prune` would remove.
    #[arg(long)]
    pub prune: bool,
    /// Take passwords that stand in the account file into the comparison; they are not shown.
    #[arg(long = "i-accept-cleartext-passwords")]
    pub cleartext: bool,
    /// How differences and problems are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// Account files.
    #[command(flatten)]
    pub input: Files,
    /// Targets, separated by commas, or `all`. Default: as for `generate`, without those that live elsewhere.
    #[arg(short, long, value_name = "TARGET", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Remove what was written before from these account files and is no longer.
    #[arg(long)]
    pub prune: bool,
    /// Replace files that are not ours or that another tool keeps, and follow links; backups are kept.
    #[arg(long)]
    pub force: bool,
    /// Do what no file can do, such as creating a Maildir, after asking for each.
    #[arg(long)]
    pub run_steps: bool,
    /// With --run-steps: do not ask.
    #[arg(long, requires = "run_steps")]
    pub yes: bool,
    /// Write passwords that stand in the account file into the files, with mode 0600.
    #[arg(long = "i-accept-cleartext-passwords")]
    pub cleartext: bool,
    /// How results and problems are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Account files.
    #[command(flatten)]
    pub input: Files,
    /// Targets whose notes are shown, separated by commas, or `all`. Default: as for `generate`.
    #[arg(short, long, value_name = "TARGET", value_delimiter = ',')]
    pub target: Vec<String>,
    /// What these mail programs reject, skip or misread in what is published for these accounts and domains, separated
    /// by commas, or `all`. FILE may then also be an autoconfig document (XML) or the https or http address of one.
    #[arg(long, value_enum, value_name = "CLIENT", value_delimiter = ',', ignore_case = true)]
    pub client: Vec<Clients>,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What `--client` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Clients {
    /// Thunderbird, the desktop program.
    #[value(alias = "tb")]
    Thunderbird,
    /// K-9 Mail and Thunderbird for Android.
    #[value(aliases = ["k-9", "k9-mail", "thunderbird-android"])]
    K9,
    /// FairEmail.
    Fairemail,
    /// Delta Chat.
    #[value(alias = "delta-chat")]
    Deltachat,
    /// KMail.
    #[value(alias = "kontact")]
    Kmail,
    /// Geary.
    Geary,
    /// Evolution.
    Evolution,
    /// Outlook, by Autodiscover.
    Outlook,
    /// All of them.
    All,
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Account files, or folders of them.
    #[command(flatten)]
    pub input: Files,
    /// Listen here, as `ADDRESS:PORT`, instead of where the file says. Default: 127.0.0.1:8080.
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<std::net::SocketAddr>,
    /// Serve `/metrics` here, as `ADDRESS:PORT`, instead of where the file says.
    #[arg(long, value_name = "ADDR")]
    pub metrics: Option<std::net::SocketAddr>,
    /// Read everything, say what would be served, and stop.
    #[arg(long)]
    pub check: bool,
    /// Sign profiles even with a certificate that has expired or that devices will not trust.
    #[arg(long)]
    pub force: bool,
}

/// `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Account files, or folders of them.
    #[command(flatten)]
    pub input: Files,
    /// Write below this directory.
    #[arg(short, long, value_name = "DIR", required = true)]
    pub output: PathBuf,
    /// Also write a profile for each user of this CSV file: `address`, and perhaps `login` and `name`.
    #[arg(long, value_name = "FILE")]
    pub users: Option<PathBuf>,
    /// Write nothing; show how the directory differs from what would be written (exit 1).
    #[arg(long)]
    pub check: bool,
    /// Replace files that Mailwright did not write, and sign with a certificate that devices will not trust.
    #[arg(long)]
    pub force: bool,
    /// How results and problems are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `dns`.
#[derive(Debug, Args)]
pub struct Dns {
    /// Account files, or folders of them.
    #[command(flatten)]
    pub input: Files,
    /// Ask the DNS, and show what is missing or differs (exit 1).
    #[arg(long)]
    pub check: bool,
    /// With --check: ask this server, as `ADDRESS` or `ADDRESS:PORT`, instead of the system's.
    #[arg(long, value_name = "ADDR", requires = "check")]
    pub resolver: Option<String>,
    /// Only these domains.
    #[arg(short, long, value_name = "DOMAIN", value_delimiter = ',')]
    pub domain: Vec<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The account file; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Only this account, by short name or address.
    #[arg(value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Further account files, layered over.
    #[arg(long = "over", value_name = "FILE")]
    pub over: Vec<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The mail address.
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}

/// `list`.
#[derive(Debug, Args)]
pub struct List {
    /// What to list.
    #[arg(value_enum)]
    pub what: Listed,
    /// Only these, with all that is known of them.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What `list` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// What can be written.
    Targets,
    /// The built-in mail services.
    Providers,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for every verb into this directory instead.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
