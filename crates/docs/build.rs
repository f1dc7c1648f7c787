//! Takes Swagger UI's files out of the archive in its crate, compressed as they lie there: what a ZIP archive deflates
//! (APPNOTE.TXT, section 4.4.5) is what gzip wraps (RFC 1952), so nothing is compressed anew.

use std::error::Error;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::{env, fs};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::{CompressionMethod, ZipArchive};

const FILES: [&str; 3] = ["dist/swagger-ui-bundle.js", "dist/swagger-ui.css", "LICENSE"];

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script so")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = env::var("OUT_DIR")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for wanted in FILES {
        let index = archive
            .file_names()
            .position(|name| name.is_ok_and(|name| is_wanted(&name, wanted)));
        let index = index.ok_or_else(|| format!("Swagger UI has no {wanted}"))?;
        let bytes = gzip(&mut archive, index)?;
        let name = wanted.rsplit('/').next().unwrap_or(wanted);
        fs::write(Path::new(&folder).join(format!("{name}.gz")), bytes)?;
    }
    Ok(())
}

/// Whether `name` is `wanted` under the archive's one folder.
fn is_wanted(name: &str, wanted: &str) -> bool {
    name.split_once('/').is_some_and(|(_, rest)| rest == wanted)
}

fn gzip(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file = archive.by_index_raw(index)?;
    if file.compression() != CompressionMethod::DEFLATE {
        return Err("Swagger UI's files are not deflated".into());
    }
    // The magic number, deflate, no flags, no time, no hint, no system (RFC 1952, section 2.3.1).
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.read_to_end(&mut bytes)?;
    bytes.extend(file.crc32().to_le_bytes());
    bytes.extend(u32::try_from(file.size())?.to_le_bytes());
    Ok(bytes)
}
