//! The folder in which versions are kept.

use super::{
    super::{Material, Source, material::Item},
    Origin, Publication, Tree, Version,
};
use crate::audio::Content;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The versions of one hotline.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Why versions cannot be kept or had. Who can fix it: whoever runs the machine.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file of the store.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        cause: io::Error,
    },
    /// A version is not one.
    #[error("{}: {cause}", path.display())]
    Broken {
        /// Its description.
        path: PathBuf,
        /// What is wrong in it.
        cause: serde_json::Error,
    },
    /// There is no such version.
    #[error("there is no version {0}")]
    Unknown(u32),
    /// A file of a version was part of another release of the program.
    #[error("version {number} needs {path} as another release of this program had it built in")]
    Gone {
        /// Which version.
        number: u32,
        /// Which of its files.
        path: String,
    },
}

impl Store {
    /// The store of a service that keeps its records in `data`.
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join("script") }
    }

    /// The number of the newest version, which is the live one; none where nothing was published yet.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn newest_number(&self) -> Result<Option<u32>, StoreError> {
        Ok(self.numbers()?.into_iter().max())
    }

    /// The newest version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest(&self) -> Result<Option<Version>, StoreError> {
        self.newest_number()?.map(|number| self.version(number)).transpose()
    }

    /// What the operators' files were when they were last taken: the newest version that is no roll-back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn last_taken(&self) -> Result<Option<Version>, StoreError> {
        let mut numbers = self.numbers()?;
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        for number in numbers {
            let version = self.version(number)?;
            if !matches!(version.origin, Origin::RolledBack { .. }) {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    /// Every version, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn versions(&self) -> Result<Vec<Version>, StoreError> {
        let mut numbers = self.numbers()?;
        numbers.sort_unstable();
        numbers.into_iter().map(|number| self.version(number)).collect()
    }

    /// One version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn version(&self, number: u32) -> Result<Version, StoreError> {
        let path = self.description(number);
        let text = fs::read(&path).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => StoreError::Unknown(number),
            _ => StoreError::File { path: path.clone(), cause },
        })?;
        serde_json::from_slice(&text).map_err(|cause| StoreError::Broken { path, cause })
    }

    /// Keeps what is published as the next version, on disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::File`]; then there is no new version.
    pub fn keep(&self, material: &Material, publication: Publication) -> Result<Version, StoreError> {
        let _lock = self.lock()?;
        let built_in = built_in()?;
        let built_in: BTreeMap<_, _> = built_in.items().map(|item| (item.path, item.sum)).collect();
        for item in material.items() {
            if built_in.get(&item.path) != Some(&item.sum) {
                self.keep_object(&item)?;
            }
        }
        self.add(Tree::of(material), publication)
    }

    /// Makes an earlier version the newest again.
    ///
    /// # Errors
    /// [`StoreError`]; then there is no new version.
    pub fn roll_back(&self, to: &Version, publication: Publication) -> Result<Version, StoreError> {
        let _lock = self.lock()?;
        self.add(to.files.clone(), publication)
    }

    /// The files of a version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn material(&self, version: &Version) -> Result<Material, StoreError> {
        let built_in = built_in()?.into_items();
        let mut items = Vec::new();
        for (path, wanted) in &version.files.0 {
            let content = match built_in.get(path).filter(|content| content.sum().to_string() == *wanted) {
                Some(content) => content.clone(),
                None => Content::from(self.object(version.number, path, wanted)?),
            };
            items.push((path.clone(), content));
        }
        Ok(Material::of_items(items.into_iter()))
    }

    fn object(&self, number: u32, path: &str, sum: &str) -> Result<Vec<u8>, StoreError> {
        let object = self.objects().join(sum);
        fs::read(&object).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => StoreError::Gone { number, path: path.into() },
            _ => StoreError::File { path: object, cause },
        })
    }

    fn keep_object(&self, item: &Item<'_>) -> Result<(), StoreError> {
        let path = self.objects().join(item.sum.to_string());
        match item.bytes {
            _ if path.exists() => Ok(()),
            Some(bytes) => write_whole(&path, bytes),
            // The version that had it was kept here, and somebody has taken it away since.
            None => Err(StoreError::File { path, cause: io::ErrorKind::NotFound.into() }),
        }
    }

    fn add(&self, files: Tree, publication: Publication) -> Result<Version, StoreError> {
        let Publication { at, author, origin, why, untested } = publication;
        let number = self.newest_number()?.unwrap_or(0) + 1;
        let version = Version { number, at, author, origin, why, untested, files };
        let path = self.description(number);
        let text =
            serde_json::to_vec_pretty(&version).map_err(|cause| StoreError::Broken { path: path.clone(), cause })?;
        write_whole(&path, &text)?;
        Ok(version)
    }

    /// One writer at a time: the service and the command may both publish.
    fn lock(&self) -> Result<File, StoreError> {
        let path = self.folder.join("lock");
        let locked = fs::create_dir_all(self.objects()).and_then(|()| {
            let file = File::create(&path)?;
            file.lock()?;
            Ok(file)
        });
        locked.map_err(|cause| StoreError::File { path, cause })
    }

    fn numbers(&self) -> Result<Vec<u32>, StoreError> {
        let failed = |cause| StoreError::File { path: self.folder.clone(), cause };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(failed(cause)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let number =
                name.to_str().and_then(|name| name.strip_suffix(".json")).and_then(|name| name.parse::<u32>().ok());
            numbers.extend(number);
        }
        Ok(numbers)
    }

    fn description(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number}.json"))
    }

    fn objects(&self) -> PathBuf {
        self.folder.join("objects")
    }
}

/// What is part of the program: there whatever happens, so no version copies it.
fn built_in() -> Result<Material, StoreError> {
    let embedded = Material::read(None, &Source::Embedded, &Source::Embedded);
    embedded.map_err(|error| StoreError::File { path: "built in".into(), cause: io::Error::other(error) })
}

/// Whoever sees the file sees all of it, after a loss of power too.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let written = path.with_extension("new");
    let write = || {
        let mut file = File::create(&written)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&written, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|cause| StoreError::File { path: path.to_owned(), cause })
}
