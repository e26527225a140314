//! A registry's content written straight into its storage: thousands of tags in seconds. The
//! layout is that of Distribution's filesystem driver (`registry/storage/paths.go`), the same in
//! 2.8 and 3.x. Layers are named and not there: nobody who only reads manifests misses them.

use crate::fill::digest;
use std::io;
use std::path::{Path, PathBuf};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Writes below `<storage>/docker/registry/v2`.
#[derive(Debug, Clone)]
pub struct Storage {
    root: PathBuf,
}

impl Storage {
    /// The storage in this folder, which may be empty.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self {
            root: folder.join("docker/registry/v2"),
        }
    }

    /// Stores a blob and says its digest.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn blob(&self, bytes: &[u8]) -> io::Result<String> {
        let digest = digest(bytes);
        let hex = hex_of(&digest);
        let folder = self.root.join(format!("blobs/sha256/{}/{hex}", &hex[..2]));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("data"), bytes)?;
        Ok(digest)
    }

    /// Makes a blob a part of a repository.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn layer(&self, repository: &str, digest: &str) -> io::Result<()> {
        self.link(
            repository,
            &format!("_layers/sha256/{}", hex_of(digest)),
            digest,
        )
    }

    /// Makes a stored manifest a part of a repository.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn revision(&self, repository: &str, digest: &str) -> io::Result<()> {
        let path = format!("_manifests/revisions/sha256/{}", hex_of(digest));
        self.link(repository, &path, digest)
    }

    /// Points a tag to it.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn tag(&self, repository: &str, tag: &str, digest: &str) -> io::Result<()> {
        self.link(
            repository,
            &format!("_manifests/tags/{tag}/current"),
            digest,
        )
    }

    /// Takes a tag away, as a deletion does.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn untag(&self, repository: &str, tag: &str) -> io::Result<()> {
        let path = format!("repositories/{repository}/_manifests/tags/{tag}");
        std::fs::remove_dir_all(self.root.join(path))
    }

    /// An image for this architecture, not tagged; `seed` makes it differ from others.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn image(
        &self,
        repository: &str,
        seed: &str,
        config_seed: &str,
        architecture: &str,
    ) -> io::Result<String> {
        let layer = digest(format!("layer of {seed}").as_bytes());
        let config = serde_json::json!({
            "architecture": architecture,
            "os": "linux",
            "created": "2024-05-01T10:00:00Z",
            "config": {"Labels": {"seed": config_seed}},
            "rootfs": {"type": "layers", "diff_ids": [digest(config_seed.as_bytes())]},
        })
        .to_string();
        let stored = self.blob(config.as_bytes())?;
        self.layer(repository, &stored)?;
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": stored, "size": config.len()},
            "layers": [{"mediaType": LAYER, "digest": layer, "size": 1_000 + seed.len()}],
        })
        .to_string();
        let manifest = self.blob(manifest.as_bytes())?;
        self.revision(repository, &manifest)?;
        Ok(manifest)
    }

    /// An index over these images, not tagged.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn index(&self, repository: &str, images: &[(&str, &str)]) -> io::Result<String> {
        let manifests: Vec<_> = images
            .iter()
            .map(|(digest, architecture)| {
                serde_json::json!({
                    "mediaType": MANIFEST,
                    "digest": digest,
                    "size": self.size(digest),
                    "platform": {"os": "linux", "architecture": architecture},
                })
            })
            .collect();
        let index = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": manifests,
        })
        .to_string();
        let index = self.blob(index.as_bytes())?;
        self.revision(repository, &index)?;
        Ok(index)
    }

    fn size(&self, digest: &str) -> u64 {
        let hex = hex_of(digest);
        let path = format!("blobs/sha256/{}/{hex}/data", &hex[..2]);
        std::fs::metadata(self.root.join(path)).map_or(0, |m| m.len())
    }

    fn link(&self, repository: &str, path: &str, digest: &str) -> io::Result<()> {
        let folder = self.root.join(format!("repositories/{repository}/{path}"));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("link"), digest)
    }
}

fn hex_of(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
}

/// `repositories` named `r0000/app`, each with `tags` images; all of a repository's images share
/// one configuration when `shared`.
///
/// # Errors
/// Those of the disk.
pub fn many(folder: &Path, repositories: usize, tags: usize, shared: bool) -> io::Result<()> {
    let storage = Storage::at(folder);
    for r in 0..repositories {
        let repository = format!("r{r:05}/app");
        for t in 0..tags {
            let seed = format!("{repository}:{t}");
            let config = if shared { &repository } else { &seed };
            let image = storage.image(&repository, &seed, config, "amd64")?;
            storage.tag(&repository, &format!("v{t}"), &image)?;
        }
    }
    Ok(())
}
