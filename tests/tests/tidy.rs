//! The house keeps its order: who may depend on whom, how long a file may be, what a pure folder may not say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One idea a file: above this it has two. Units: lines.
const MAX_LINES: usize = 900;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file that belongs to the project, by its path from the root.
fn sources(extensions: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if entry.file_type().unwrap().is_dir() {
                if !matches!(&*name, "node_modules" | "target" | "out" | ".git") {
                    walk(&entry.path(), found);
                }
            } else {
                found.push(entry.path());
            }
        }
    }
    let root = root().canonicalize().unwrap();
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| extensions.contains(&&*end.to_string_lossy())))
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn no_file_has_grown_past_one_idea() {
    for (name, text) in sources(&["rs", "ts", "tsx", "mjs", "css", "html"]) {
        let generated = text.starts_with("// Generated ");
        assert!(generated || text.lines().count() <= MAX_LINES, "{name}: over {MAX_LINES} lines, split it");
    }
}

#[test]
fn every_file_is_named_for_what_it_is() {
    for (name, _) in sources(&["rs", "ts", "tsx", "mjs"]) {
        let stem = Path::new(&name).file_stem().unwrap().to_string_lossy().into_owned();
        for empty in ["utils", "util", "helpers", "common", "manager", "types", "misc"] {
            assert_ne!(stem, empty, "{name} says nothing about what is in it");
        }
        for listed in ["track", "record", "replay", "analytics"] {
            let shipped = name.starts_with("web/src") && stem.contains(listed);
            // Ad-block lists go by names; a recorder of sounds or tests would be another thing.
            assert!(!shipped, "{name}: ad blockers would refuse a file of this name");
        }
    }
}

#[test]
fn the_server_cannot_know_what_peers_say() {
    // Invariant I1. What the members depend on, of every kind and for every platform: the agents' side is no
    // published crate, so that no way leads to it but through them.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let members: BTreeMap<&str, Vec<&str>> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let names = dependencies.iter().map(|dependency| dependency["name"].as_str().unwrap()).collect();
            (package["name"].as_str().unwrap(), names)
        })
        .collect();
    let mut known = BTreeSet::new();
    let mut next = vec!["alongside-signaling", "alongside-signaling-proto"];
    while let Some(package) = next.pop() {
        if known.insert(package) {
            next.extend(members.get(package).into_iter().flatten());
        }
    }
    assert!(known.contains("serde"), "the walk has led nowhere: {known:?}");
    let foreign: Vec<_> = known.iter().filter(|name| name.starts_with("alongside-agent")).collect();
    assert!(foreign.is_empty(), "the server's side depends on {foreign:?}");
}

#[test]
fn web_folders_import_only_what_stands_before_them() {
    let order = ["wire", "proto", "peer", "locales", "conversation", "widget", "console"];
    let allowed: BTreeMap<&str, BTreeSet<&str>> = order
        .iter()
        .enumerate()
        .map(|(at, folder)| {
            let mut before: BTreeSet<&str> = order[..=at].iter().copied().collect();
            if *folder == "console" {
                before.remove("widget");
            }
            if *folder == "locales" {
                // Words may be keyed by what the wire calls things, and by nothing else.
                before.retain(|folder| matches!(*folder, "wire" | "locales"));
            }
            (*folder, before)
        })
        .collect();
    for (name, text) in sources(&["ts", "tsx"]) {
        let Some((folder, _)) = name.strip_prefix("web/src/").and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        // Every way to name another file of the project begins so: `import … from`, `import "…"`, `import("…")`.
        for imported in text.split("\"../").skip(1).filter_map(|rest| rest.split('"').next()) {
            let target = imported.trim_start_matches("../").split('/').next().unwrap();
            if order.contains(&target) {
                assert!(
                    allowed[folder].contains(target),
                    "{name} imports {imported}: {folder} stands before {target}"
                );
            }
        }
    }
}

#[test]
fn what_decides_has_no_clock_and_no_chance() {
    // The compiler keeps the DOM out of these folders, but not the language's own clock and dice.
    for (name, text) in sources(&["ts"]) {
        let pure = name.starts_with("web/src/proto/") || name.starts_with("web/src/wire/");
        if pure && !name.ends_with(".test.ts") {
            for banned in ["Date.now", "new Date", "Math.random", "performance.", "crypto."] {
                assert!(!text.contains(banned), "{name} says {banned}: time and seeds are arguments");
            }
        }
    }
}

#[test]
fn nothing_that_ships_writes_markup_or_runs_text() {
    for (name, text) in sources(&["ts", "tsx"]) {
        if name.starts_with("web/src/") && !name.ends_with(".test.ts") {
            for banned in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "createContextualFragment",
                "dangerouslySetInnerHTML",
                "eval(",
                "new Function",
                "setAttribute(\"style\"",
                "\"unload\"",
                "postMessage(",
            ] {
                // A helper's own copy of a page tells the console where it is, and nobody else.
                let is_copy = banned == "postMessage(" && name == "web/src/widget/copy.ts";
                let tells_all = text.contains("\"*\"");
                assert!(!text.contains(banned) || is_copy && !tells_all, "{name} says {banned}");
            }
        }
    }
}

#[test]
fn pure_crates_repeat_the_roots_lints() {
    // A nearer clippy.toml replaces the root's instead of adding to it.
    let rules = std::fs::read_to_string(root().join(".clippy.toml")).unwrap();
    for folder in ["signaling/proto", "agent/proto"] {
        let own = std::fs::read_to_string(root().join(folder).join(".clippy.toml")).unwrap();
        for rule in rules.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert!(own.contains(rule), "{folder}/.clippy.toml lacks {rule}");
        }
        for banned in ["std::time::Instant::now", "std::time::SystemTime::now", "std::collections::HashMap"] {
            assert!(own.contains(banned), "{folder}/.clippy.toml does not ban {banned}");
        }
    }
}

#[test]
fn every_limit_says_why_that_number() {
    for folder in ["signaling/proto", "agent/proto"] {
        let text = std::fs::read_to_string(root().join(folder).join("src/limits.rs")).unwrap();
        let mut words = 0;
        for line in text.lines() {
            match line.strip_prefix("pub const ") {
                None if line.starts_with("///") => words += line.split_whitespace().count(),
                None => words = 0,
                Some(constant) => {
                    assert!(words >= 15, "{folder}: {constant} has a value and no reason");
                    words = 0;
                }
            }
        }
    }
}

#[test]
fn the_project_stands_by_itself() {
    for (name, text) in sources(&["rs", "ts", "tsx", "mjs", "md", "toml", "html"]) {
        if name != "tests/tests/tidy.rs" {
            assert!(
                !text.contains("../shared") && !text.contains("/work/"),
                "{name} points outside the project"
            );
        }
    }
}
