//! Every dependency may be used under a licence that asks no more of our users than to keep its notice.

use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};
use std::process::Command;

/// The licences that we may use a dependency under, by their SPDX names.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // The root certificates of webpki-roots: a data licence, notice only.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

#[test]
fn every_dependency_may_be_used_under_an_allowed_licence() {
    let packages = dependencies();
    assert!(packages.len() > 100, "only {} packages: not the whole tree", packages.len());
    let offenders: Vec<String> = packages.iter().filter_map(offence).collect();
    assert!(offenders.is_empty(), "\n{}\nallowed: {}\n", offenders.join("\n"), ALLOWED.join(", "));
}

#[test]
fn what_asks_more_than_a_notice_is_an_offence() {
    let package =
        |license: Option<&str>| Package { name: "x".into(), version: "1.0.0".into(), license: license.map(Into::into) };
    for refused in [None, Some("GPL-3.0-only"), Some("MIT AND LGPL-2.1-or-later"), Some("no such licence")] {
        assert!(offence(&package(refused)).is_some(), "{refused:?}");
    }
    for taken in
        ["MIT/Apache-2.0", "GPL-3.0-only OR ISC", "Apache-2.0 WITH LLVM-exception OR MIT", "MIT AND BSD-3-Clause"]
    {
        assert_eq!(offence(&package(Some(taken))), None);
    }
}

/// What is wrong with a package's licence, if anything is.
fn offence(package: &Package) -> Option<String> {
    let Package { name, version, license } = package;
    let Some(license) = license else { return Some(format!("{name} {version} names no licence")) };
    match Expression::parse_mode(license, ParseMode::LAX) {
        Err(why) => Some(format!("{name} {version}: `{license}` cannot be read: {}", why.reason)),
        Ok(expression) if !expression.evaluate(allowed) => Some(format!("{name} {version}: `{license}`")),
        Ok(_) => None,
    }
}

fn allowed(licence: &LicenseReq) -> bool {
    licence.addition.is_none() && licence.license.id().is_some_and(|id| ALLOWED.contains(&id.name))
}

/// Everything that is built on this machine, ourselves and what only the tests need included.
fn dependencies() -> Vec<Package> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let about = run(Command::new(rustc).arg("-vV"));
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    // Other platforms' packages need not be on this machine.
    let asked = ["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host];
    let metadata = run(Command::new(env!("CARGO")).args(asked).current_dir(env!("CARGO_MANIFEST_DIR")));
    serde_json::from_str::<Metadata>(&metadata).expect("cargo's metadata").packages
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}
