//! From files to Rust: the list that `memory-serve` serves, compressed already, and the pages that the server
//! fills in.
//!
//! `memory-serve` can write this list itself, but as a build dependency it brings a second copy of the web server
//! into every build, and it compresses in release builds only; so the list is written here.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::bundles::Files;

/// Writes `web.rs` into the folder, for the server to include.
pub(crate) fn embed(files: &Files, out: &Path) -> Result<(), String> {
    let packed = out.join("packed");
    fs::create_dir_all(&packed).map_err(|error| format!("cannot make {}: {error}", packed.display()))?;
    let (mut assets, mut demo, mut pages) = (String::new(), String::new(), String::new());
    for (name, path) in files {
        let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        if name == "manifest.json" {
            continue;
        }
        if name.starts_with("demo/") && name.ends_with(".html") {
            // Filled in when the server starts: its text, not its compressed bytes.
            let _ = writeln!(pages, "(\"/{name}\", include_str!(r\"{}\")),", path.display());
            continue;
        }
        let list = if name.starts_with("demo/") { &mut demo } else { &mut assets };
        list.push_str(&asset(name, &bytes, path, &packed)?);
    }
    let manifest = files.get("manifest.json").ok_or("the bundles hold no manifest.json")?;
    let manifest =
        fs::read(manifest).map_err(|error| format!("cannot read {}: {error}", manifest.display()))?;
    let manifest: serde_json::Value =
        serde_json::from_slice(&manifest).map_err(|error| format!("manifest.json is no JSON: {error}"))?;
    let loader = |field: &str| {
        let value = manifest["loader"][field].as_str();
        value.ok_or_else(|| format!("manifest.json says nothing of the loader's {field}"))
    };
    let (file, integrity) = (loader("file")?, loader("integrity")?);
    if !files.contains_key(file) {
        return Err(format!("manifest.json names the loader {file}, which is not there"));
    }
    let code = format!(
        "const ASSETS: &[memory_serve::Asset] = &[{assets}];\n\
         const DEMO_ASSETS: &[memory_serve::Asset] = &[{demo}];\n\
         const DEMO_PAGES: &[(&str, &str)] = &[{pages}];\n\
         const LOADER: Loader = Loader {{ file: {file:?}, integrity: {integrity:?} }};\n"
    );
    let target = out.join("web.rs");
    fs::write(&target, code).map_err(|error| format!("cannot write {}: {error}", target.display()))
}

fn asset(name: &str, bytes: &[u8], path: &Path, packed: &Path) -> Result<String, String> {
    let (content_type, compressible) = kind(name)?;
    if bytes.is_empty() {
        return Err(format!("{name} is empty"));
    }
    let etag: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let path = path.display();
    let bytes = if compressible {
        let target = packed.join(format!("{etag}.br"));
        fs::write(&target, brotli(bytes)?)
            .map_err(|error| format!("cannot write {}: {error}", target.display()))?;
        format!("Some(include_bytes!(r\"{}\"))", target.display())
    } else {
        format!("Some(include_bytes!(r\"{path}\"))")
    };
    Ok(format!(
        "memory_serve::Asset {{ route: \"/{name}\", path: r\"{path}\", etag: \"{etag}\", \
         content_type: \"{content_type}\", bytes: {bytes}, is_compressed: {compressible}, \
         should_compress: {compressible} }},\n"
    ))
}

/// The content type, and whether compressing is worth it.
fn kind(name: &str) -> Result<(&'static str, bool), String> {
    Ok(match name.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html", true),
        "css" => ("text/css; charset=utf-8", true),
        "js" => ("text/javascript; charset=utf-8", true),
        "json" => ("application/json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "png" => ("image/png", false),
        "jpg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        other => return Err(format!("{name}: nobody has said how to serve .{other}")),
    })
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, String> {
    // The best quality and the largest ordinary window: done once, read by many.
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    writer.write_all(bytes).map_err(|error| format!("cannot compress: {error}"))?;
    Ok(writer.into_inner())
}
