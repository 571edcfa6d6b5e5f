//! Throw-away certificates.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// An authority, and a folder for what it signs. Dropping it deletes the folder.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    folder: PathBuf,
}

/// The kind of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For this machine, valid for long.
    Good,
    /// Valid until the year 2001.
    Expired,
    /// Without a common name.
    Nameless,
    /// With ten thousand names.
    Huge,
}

/// The three files of a node.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate of the authority.
    pub authority: PathBuf,
    /// The certificate of the node.
    pub certificate: PathBuf,
    /// The private key of the node.
    pub key: PathBuf,
}

impl Authority {
    /// Creates an authority.
    ///
    /// # Panics
    /// If no files can be written.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key is made");
        let certificate = parameters.self_signed(&key).expect("it is signed").pem();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("actor-certificates-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder is made");
        Authority { issuer: Issuer::new(parameters, key), certificate, folder }
    }

    /// Returns the folder, with the files of a good node: `ca.pem`, `node.pem` and `node.key`.
    ///
    /// # Panics
    /// If no files can be written.
    pub fn folder(&self) -> &Path {
        self.node("node", Kind::Good);
        &self.folder
    }

    /// Writes a certificate and its key.
    ///
    /// # Panics
    /// If no files can be written.
    pub fn node(&self, name: &str, kind: Kind) -> Files {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        if kind == Kind::Huge {
            names.extend((0..10_000).map(|number| format!("node-{number}.example")));
        }
        let mut parameters = CertificateParams::new(names).expect("the names are allowed");
        parameters.distinguished_name = Default::default();
        if kind != Kind::Nameless {
            parameters.distinguished_name.push(DnType::CommonName, name);
        }
        parameters.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        if kind == Kind::Expired {
            parameters.not_before = date_time_ymd(2000, 1, 1);
            parameters.not_after = date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate().expect("a key is made");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("it is signed");
        let write = |file: String, text: &str| {
            let path = self.folder.join(file);
            fs::write(&path, text).expect("a file is written");
            path
        };
        Files {
            authority: write("ca.pem".into(), &self.certificate),
            certificate: write(format!("{name}.pem"), &certificate.pem()),
            key: write(format!("{name}.key"), &key.serialize_pem()),
        }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // Fails if the folder is gone.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
