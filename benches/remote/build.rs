//! Generates the client and the server of the gRPC service, for the feature `peers`.

fn main() {
    println!("cargo::rerun-if-changed=proto/echo.proto");
    #[cfg(feature = "peers")]
    generate();
}

#[cfg(feature = "peers")]
fn generate() {
    let mut config = tonic_prost_build::Config::new();
    config.protoc_executable(protoc_bin_vendored::protoc_bin_path().expect("it has this platform"));
    tonic_prost_build::configure()
        .compile_with_config(config, &["proto/echo.proto"], &["proto"])
        .expect("the service is valid");
}
