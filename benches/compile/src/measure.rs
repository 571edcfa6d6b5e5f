//! Writes a crate, compiles it with cargo, and measures the cost.

use std::fs;
use std::io::{self, Error};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::crates::Crate;

/// A crate below `target/compile`; all of them share one target folder.
pub struct Project {
    name: &'static str,
    folder: PathBuf,
    core: PathBuf,
    target: PathBuf,
    lock: PathBuf,
}

/// A crate that has been written.
pub struct Written {
    project: Project,
    file: PathBuf,
}

impl Project {
    pub fn open(bench: &Path, name: &'static str) -> io::Result<Self> {
        let project = bench.join("../..").canonicalize()?;
        let all = project.join("target/compile");
        let folder = all.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let (core, lock) = (project.join("actor-core"), project.join("Cargo.lock"));
        Ok(Project { name, folder, core, target: all.join("build"), lock })
    }

    pub fn write(self, what: &Crate) -> io::Result<Written> {
        let dependencies = what.dependencies.replace("CORE", &self.core.display().to_string());
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
             [dependencies]\n{dependencies}\n",
            self.name
        );
        fs::write(self.folder.join("Cargo.toml"), manifest)?;
        // The same dependency versions on both sides.
        fs::copy(&self.lock, self.folder.join("Cargo.lock"))?;
        let file = self.folder.join("src").join(what.file);
        fs::write(&file, &what.text)?;
        Ok(Written { project: self, file })
    }
}

impl Written {
    fn cargo(&self, words: &[&str]) -> io::Result<()> {
        let output = Command::new("cargo")
            .arg("--quiet")
            .args(words)
            .current_dir(&self.project.folder)
            .env("CARGO_TARGET_DIR", &self.project.target)
            .env("CARGO_INCREMENTAL", "0")
            .output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    /// The minimum CPU time, in seconds, of this crate alone.
    pub fn least(&self, times: usize, words: &[&str]) -> io::Result<f64> {
        self.cargo(words)?;
        let mut least = f64::INFINITY;
        for _ in 0..times {
            // A new time stamp makes cargo recompile only this crate.
            fs::write(&self.file, fs::read(&self.file)?)?;
            let before = processor_time()?;
            self.cargo(words)?;
            least = least.min(processor_time()? - before);
        }
        Ok(least)
    }

    /// The lines of LLVM IR, in thousands.
    pub fn llvm_lines(&self) -> io::Result<f64> {
        let folder = self.project.target.join(self.project.name);
        fs::create_dir_all(&folder)?;
        let file = folder.join("lines.ll");
        let emit = format!("--emit=llvm-ir={}", file.display());
        self.cargo(&[
            "rustc",
            "--",
            &emit,
            "-C",
            "no-prepopulate-passes",
            "-C",
            "codegen-units=1",
        ])?;
        let lines = fs::read_to_string(&file)?.lines().count();
        Ok(f64::from(u32::try_from(lines).map_err(Error::other)?) / 1000.0)
    }
}

/// User and system time of all ended child processes, in seconds.
fn processor_time() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = fields.split(' ').skip(13).take(2).filter_map(|it| it.parse::<f64>().ok());
    // Linux counts them in hundredths, on every architecture.
    Ok(ticks.sum::<f64>() / 100.0)
}
