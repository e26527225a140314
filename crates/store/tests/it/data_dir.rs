//! The data directory.

use roadstead_core::model::InstallationId;
use roadstead_store::{DataDir, OpenError};
use std::os::unix::fs::PermissionsExt as _;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).expect("file").permissions().mode() & 0o777
}

#[test]
fn data_dir_is_made_for_its_account_alone() {
    let dir = tempfile::tempdir().expect("directory");
    let path = dir.path().join("a/b");
    let data_dir = DataDir::open(&path).expect("data dir");
    assert_eq!(mode(&path), 0o700);
    data_dir.write_setup_link("http://x/#1").expect("link");
    data_dir.write_setup_link("http://x/#2").expect("again");
    assert_eq!(mode(&data_dir.setup_link()), 0o600);
    let link = std::fs::read_to_string(data_dir.setup_link()).expect("link");
    assert_eq!(link, "http://x/#2\n");
    data_dir.remove_setup_link().expect("removed");
    data_dir.remove_setup_link().expect("fine when gone");
}

#[test]
fn data_dir_held_twice_is_refused_with_the_holders_pid() {
    let dir = tempfile::tempdir().expect("directory");
    let path = dir.path().join("data");
    let first = DataDir::open(&path).expect("data dir");
    let refused = DataDir::open(&path).expect_err("refusal");
    let pid = std::process::id().to_string();
    assert!(
        matches!(&refused, OpenError::Locked { holder, .. } if *holder == pid),
        "{refused}"
    );
    assert!(refused.to_string().contains(&pid));
    drop(first);
    DataDir::open(&path).expect("free again");
}

#[test]
fn data_dir_open_to_others_is_closed_to_them() {
    let dir = tempfile::tempdir().expect("directory");
    let path = dir.path().join("data");
    std::fs::create_dir(&path).expect("directory");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("mode");
    DataDir::open(&path).expect("data dir");
    assert_eq!(mode(&path), 0o700);
}

#[test]
fn data_dir_of_another_installation_is_refused() {
    let dir = tempfile::tempdir().expect("directory");
    let data_dir = DataDir::open(&dir.path().join("data")).expect("data dir");
    let own = InstallationId::new();
    data_dir.claim(own).expect("first");
    data_dir.claim(own).expect("again");
    let refused = data_dir.claim(InstallationId::new()).expect_err("refusal");
    assert!(refused.to_string().contains(&own.to_string()), "{refused}");
}

#[test]
fn path_that_is_a_file_is_refused_with_its_name() {
    let dir = tempfile::tempdir().expect("directory");
    let path = dir.path().join("file");
    std::fs::write(&path, "x").expect("file");
    let refused = DataDir::open(&path).expect_err("refusal").to_string();
    assert!(refused.contains("file"), "{refused}");
}
