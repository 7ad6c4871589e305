//! How `generate -o DIR` arranges files: a folder a target, as they lie in the home directory, or as chezmoi names them.

use super::{Output, is_below};
use crate::target::{Bundle, File, Keeping, Lives};

/// An arrangement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// A folder for each target, below it the paths from the home directory.
    #[default]
    Targets,
    /// As `Targets`, for `stow`: only what lives in the home directory.
    Stow,
    /// As they lie in the home directory.
    Home,
    /// As chezmoi's source folder names them.
    Chezmoi,
}

/// The files of several targets, each where the arrangement puts it.
pub fn outputs<'a>(bundles: &'a [(&'static str, Bundle)], layout: Layout) -> Vec<Output<'a>> {
    let mut outputs = Vec::new();
    for (id, bundle) in bundles {
        let home = crate::target::find(id).is_some_and(|t| t.about().lives == Lives::Home);
        if !home && layout != Layout::Targets {
            continue;
        }
        for file in &bundle.files {
            // A program that rewrites its file would replace stow's link by a file of its own.
            if file.keeping == Keeping::Seed && layout == Layout::Stow {
                continue;
            }
            let path = match layout {
                Layout::Targets | Layout::Stow => format!("{id}/{}", file.path),
                Layout::Home => file.path.clone(),
                Layout::Chezmoi => source_path(file),
            };
            outputs.push(Output { path, file, ours: false });
        }
    }
    outputs
}

/// A file's path in chezmoi's source folder. Source: chezmoi's reference manual, "Source state attributes".
fn source_path(file: &File) -> String {
    if !is_below(&file.path) {
        return file.path.clone();
    }
    let last = file.path.split('/').count();
    let names = file.path.split('/').enumerate().map(|(n, name)| {
        let named = source_name(name);
        if n + 1 < last {
            return named;
        }
        // What a program rewrites is made once and then left to it.
        let create = if file.keeping == Keeping::Seed { "create_" } else { "" };
        let private = if file.is_private() { "private_" } else { "" };
        format!("{create}{private}{named}")
    });
    names.collect::<Vec<_>>().join("/")
}

fn source_name(name: &str) -> String {
    /// What chezmoi takes off the beginning of a name.
    const TAKEN: &[&str] = &[
        "after_",
        "before_",
        "create_",
        "dot_",
        "empty_",
        "encrypted_",
        "exact_",
        "executable_",
        "external_",
        "literal_",
        "modify_",
        "once_",
        "onchange_",
        "private_",
        "readonly_",
        "remove_",
        "run_",
        "symlink_",
    ];
    let named = match name.strip_prefix('.') {
        Some(rest) => format!("dot_{rest}"),
        None if TAKEN.iter().any(|t| name.starts_with(t)) => format!("literal_{name}"),
        None => name.to_owned(),
    };
    if [".tmpl", ".literal", ".age", ".asc"].iter().any(|end| name.ends_with(end)) {
        format!("{named}.literal")
    } else {
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_chezmoi() {
        let path = |path: &str, secret| source_path(&File::new(path, String::new(), secret));
        assert_eq!(path(".config/msmtp/config", true), "dot_config/msmtp/private_config");
        assert_eq!(path(".mailrc", false), "dot_mailrc");
        let seed = File::new(".claws-mail/accountrc", String::new(), true).seed();
        assert_eq!(source_path(&seed), "dot_claws-mail/create_private_accountrc");
        assert_eq!(path("dot_x/run_y.tmpl", false), "literal_dot_x/literal_run_y.tmpl.literal");
    }
}
