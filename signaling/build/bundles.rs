//! Where the bundles come from: a finished folder, or `node web/build.mjs`, once for the same sources.
//!
//! Results are kept below the target folder, named by the hash of what they were made from, and shared by debug,
//! release, clippy and doc builds. A file lock keeps two builds from running npm at once.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// The environment variable that names a folder of finished bundles.
pub(crate) const FINISHED: &str = "ALONGSIDE_WEB_DIST";

/// What the bundles are made from, below `web/`.
const SOURCES: [&str; 10] = [
    "src",
    "demo",
    "build.mjs",
    "build-error.mjs",
    "frame.mjs",
    "packages.mjs",
    "shorten.mjs",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
];

/// The oldest Node.js that the build and its compilers run on.
const NODE_MAJOR: u32 = 20;

/// What of npm's environment only says where packages come from. All else could change what is made.
const NPM_SOURCES: [&str; 11] = [
    "registry",
    "cafile",
    "ca",
    "strict_ssl",
    "proxy",
    "https_proxy",
    "noproxy",
    "cache",
    "userconfig",
    "globalconfig",
    "offline",
];

/// Files by their path relative to the folder, with `/`.
pub(crate) type Files = BTreeMap<String, PathBuf>;

/// Takes a folder that somebody has built.
pub(crate) fn finished(dir: &Path) -> Result<Files, String> {
    println!("cargo::rerun-if-changed={}", dir.display());
    let files = list(dir)?;
    if !files.contains_key("manifest.json") {
        return Err(format!(
            "{FINISHED}={} holds no manifest.json: is it what build.mjs made?",
            dir.display()
        ));
    }
    Ok(files)
}

/// Makes the bundles, unless they are there.
pub(crate) fn make(web: &Path, out: &Path) -> Result<Files, String> {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    let shared = target_folder(out).join("web-bundles");
    fs::create_dir_all(&shared).map_err(|error| format!("cannot make {}: {error}", shared.display()))?;
    let lock_path = shared.join("lock");
    let lock =
        File::create(&lock_path).map_err(|error| format!("cannot make {}: {error}", lock_path.display()))?;
    lock.lock().map_err(|error| format!("cannot lock {}: {error}", lock_path.display()))?;

    let name = hash_of_sources(web)?;
    let kept = shared.join(&name);
    if !kept.join("manifest.json").exists() {
        need_node()?;
        need_packages(web)?;
        let fresh = shared.join(format!("{name}.new"));
        remove(&fresh)?;
        run(
            command("node").arg(web.join("build.mjs")).arg("--out").arg(&fresh),
            "the build of the web bundles",
        )?;
        forget_others(&shared)?;
        fs::rename(&fresh, &kept).map_err(|error| format!("cannot rename to {}: {error}", kept.display()))?;
    }
    // Copied while the lock is held: the next build with other sources removes them.
    let own = out.join("web");
    remove(&own)?;
    for (path, from) in list(&kept)? {
        let to = own.join(path);
        let parent = to.parent().unwrap_or(&own);
        fs::create_dir_all(parent).map_err(|error| format!("cannot make {}: {error}", parent.display()))?;
        fs::copy(&from, &to).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    }
    list(&own)
}

/// The folder that cargo marks as its target folder, or else this package's own.
fn target_folder(out: &Path) -> &Path {
    out.ancestors().find(|dir| dir.join("CACHEDIR.TAG").exists()).unwrap_or(out)
}

fn hash_of_sources(web: &Path) -> Result<String, String> {
    let mut hash = Sha256::new();
    for source in SOURCES {
        let path = web.join(source);
        let files = if path.is_dir() { list(&path)? } else { Files::from([(String::new(), path)]) };
        for (name, path) in files {
            // Tests are no part of what is served.
            if name.contains(".test.") {
                continue;
            }
            let bytes =
                fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            for part in [source.as_bytes(), name.as_bytes(), &bytes] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
    }
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

fn need_node() -> Result<(), String> {
    let wanted = format!(
        "Node.js {NODE_MAJOR} or newer with npm is needed to build the web bundles: install it, or set {FINISHED} to a folder of finished ones"
    );
    let output = command("node").arg("--version").output().map_err(|_| wanted.clone())?;
    let version = String::from_utf8_lossy(&output.stdout);
    let major: Option<u32> =
        version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        Some(_) | None => Err(format!("{wanted} (found {})", version.trim())),
    }
}

/// Installs the packages that the lock file names, when they are missing or others.
fn need_packages(web: &Path) -> Result<(), String> {
    if packages_fit(web) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut ci = command(npm);
    ci.current_dir(web).args(["ci", "--no-audit", "--no-fund", "--include=dev", "--include=optional"]);
    run(&mut ci, "npm ci in web/")
}

/// Whether what npm noted of its last installation agrees with the lock file.
fn packages_fit(web: &Path) -> bool {
    let read = |path: &str| -> Option<serde_json::Value> {
        serde_json::from_slice(&fs::read(web.join(path)).ok()?).ok()
    };
    let (Some(wanted), Some(present)) = (read("package-lock.json"), read("node_modules/.package-lock.json"))
    else {
        return false;
    };
    let Some(wanted) = wanted["packages"].as_object() else { return false };
    wanted.iter().filter(|(path, _)| !path.is_empty()).all(|(path, package)| {
        let found = &present["packages"][path.as_str()];
        let elsewhere = package["optional"].as_bool() == Some(true) && found.is_null();
        elsewhere || (found["version"] == package["version"] && found["integrity"] == package["integrity"])
    })
}

/// A command without the settings that an outer npm or editor has left in the environment.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let lower = name.to_string_lossy().to_ascii_lowercase();
        let foreign = match lower.strip_prefix("npm_config_") {
            Some(key) => !NPM_SOURCES.contains(&key.replace('-', "_").as_str()),
            None => lower.starts_with("npm_") || matches!(lower.as_str(), "node_options" | "node_env"),
        };
        if foreign {
            command.env_remove(name);
        }
    }
    command
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{what} did not start: {program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{what} failed: {}", said.trim()))
}

fn forget_others(shared: &Path) -> Result<(), String> {
    let entries =
        fs::read_dir(shared).map_err(|error| format!("cannot read {}: {error}", shared.display()))?;
    for entry in entries.flatten() {
        if entry.path().is_dir() && entry.path().extension().is_none() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(dir: &Path) -> Result<(), String> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", dir.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn list(root: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let cannot = |error| format!("cannot read {}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(root) {
                let parts: Vec<_> =
                    relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                files.insert(parts.join("/"), path);
            }
        }
    }
    Ok(files)
}
