//! Recordings of calls: two channels at 8 kHz, the caller left, us right, as `<data>/recordings/<record id>.wav`.
//!
//! A call lays its audio on a timeline; what can't change any more goes in blocks to one thread, which writes all
//! recordings and brings each file's header up to date every second. So a call never waits for the disk, and a file is
//! playable after a kill, less its last second or two.

mod timeline;

use super::{CallRecord, RecordId, messages};
use crate::{
    audio::{Clip, SAMPLES_PER_MS, bank::CHUNK},
    moment::Moment,
    session::Sound,
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
};
use timeline::{Block, RATE, Timeline};
use tokio::sync::oneshot;

/// Frames that may wait for the disk: chosen, 64 MB, four seconds of five hundred recorded calls.
const BACKLOG: usize = 16 << 20;

/// The header is brought up to date after so many frames: a second.
const REFRESH: u64 = RATE;

/// Samples of a chunk of our own audio.
const CHUNK_SAMPLES: usize = CHUNK.as_millis() as usize * SAMPLES_PER_MS;

/// The recording of one leg. Later legs of a call have files of their own.
pub fn path(data: &Path, id: RecordId, leg: u32) -> PathBuf {
    let name = if leg == 1 { format!("{id}.wav") } else { format!("{id}-{leg}.wav") };
    folder(data).join(name)
}

/// Every recording there is of a call, in order of its legs.
pub fn files(data: &Path, id: RecordId) -> Vec<PathBuf> {
    let is_of_call = |path: &Path| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        stem.split('-').next().is_some_and(|first| first.parse() == Ok(id))
    };
    let entries = fs::read_dir(folder(data)).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| is_of_call(path)).collect();
    files.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    files
}

fn folder(data: &Path) -> PathBuf {
    data.join("recordings")
}

/// Writes the recordings of all calls; cheap to clone.
#[derive(Clone, Debug)]
pub struct Recordings(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    data: PathBuf,
    jobs: mpsc::Sender<Job>,
    next: AtomicU64,
    gauges: Arc<Gauges>,
}

#[derive(Debug, Default)]
struct Gauges {
    waiting: AtomicUsize,
    dropped: AtomicU64,
}

impl Recordings {
    /// Makes the folder in `data` and starts the thread. [`Keeper`] is to be kept to the end.
    ///
    /// # Errors
    /// Where the folder can't be made or the thread can't be started.
    pub fn start(data: &Path) -> io::Result<(Self, Keeper)> {
        super::place::make_private(&folder(data))?;
        super::place::make_private(&messages::folder(data))?;
        let (jobs, queue) = mpsc::channel();
        let gauges = Arc::new(Gauges::default());
        let writer = Writer { gauges: Arc::clone(&gauges), files: BTreeMap::new() };
        let thread = thread::Builder::new().name("recordings".into()).spawn(move || writer.run(&queue))?;
        let keeper = Keeper { jobs: jobs.clone(), thread: Some(thread) };
        Ok((Self(Arc::new(Shared { data: data.to_owned(), jobs, next: AtomicU64::new(0), gauges })), keeper))
    }

    /// Begins the recording of one leg.
    pub fn record(&self, call: &CallRecord) -> Recorder {
        let slot = self.0.next.fetch_add(1, Relaxed);
        let path = path(&self.0.data, call.id(), call.leg());
        let _ = self.0.jobs.send(Job::Open(slot, path, Channels::Both));
        Recorder { timeline: Timeline::default(), out: self.clone(), slot, origin: 0 }
    }

    /// Begins the recording of a message, of the caller's side alone, from `from` on.
    pub fn message(&self, call: &CallRecord, take: u32, from: Moment) -> Recorder {
        let slot = self.0.next.fetch_add(1, Relaxed);
        let path = messages::path(&self.0.data, call.id(), call.leg(), take);
        let _ = self.0.jobs.send(Job::Open(slot, path, Channels::Caller));
        Recorder { timeline: Timeline::default(), out: self.clone(), slot, origin: timeline::position(from) }
    }

    /// Audio dropped since the start because the disk was too slow, in frames of 125 µs; it is silence in the files.
    pub fn dropped(&self) -> u64 {
        self.0.gauges.dropped.load(Relaxed)
    }

    fn write(&self, slot: u64, block: Block) {
        let (gauges, frames) = (&self.0.gauges, block.frames.len());
        if gauges.waiting.load(Relaxed) + frames > BACKLOG {
            gauges.dropped.fetch_add(frames as u64, Relaxed);
            return;
        }
        gauges.waiting.fetch_add(frames, Relaxed);
        let _ = self.0.jobs.send(Job::Write(slot, block));
    }
}

/// Records one leg. Dropping it closes the file.
#[derive(Debug)]
pub struct Recorder {
    timeline: Timeline,
    out: Recordings,
    slot: u64,
    /// Where the file begins, on the call's axis.
    origin: u64,
}

impl Recorder {
    /// Keeps a sound, as a session tells it ([`crate::session::Effect::Record`]). The caller's frames that come unevenly
    /// are laid end to end; what is missing is silence.
    pub fn keep(&mut self, sound: &Sound) {
        match sound {
            Sound::Caller(pcm, now) => self.timeline.caller(pcm, self.position(*now)),
            Sound::Ours(clip, chunk, at) => self.ours(clip, *chunk, *at),
            Sound::Cleared(now) => self.timeline.cleared(self.position(*now)),
        }
        while let Some(block) = self.timeline.poll_block() {
            self.out.write(self.slot, block);
        }
    }

    fn ours(&mut self, clip: &Clip, chunk: usize, at: Moment) {
        let mut pcm = [0; CHUNK_SAMPLES];
        let samples = clip.pcm_8k(chunk * CHUNK_SAMPLES, &mut pcm);
        self.timeline.ours(&pcm[..samples], self.position(at));
    }

    /// Closes the file, silence up to `now` included.
    pub fn finish(mut self, now: Moment) {
        self.timeline.end(self.position(now));
    }

    /// Closes the file, and answers when it is on disk: `false` where it is not.
    pub fn settle(mut self, now: Moment) -> impl Future<Output = bool> + Send + use<> {
        self.timeline.end(self.position(now));
        self.out.write(self.slot, self.timeline.take_rest());
        let (answer, answered) = oneshot::channel();
        let _ = self.out.0.jobs.send(Job::Settle(self.slot, answer));
        async move { answered.await.unwrap_or(false) }
    }

    /// Closes the file and erases it.
    pub fn discard(self) {
        let _ = self.out.0.jobs.send(Job::Discard(self.slot));
    }

    fn position(&self, at: Moment) -> u64 {
        timeline::position(at).saturating_sub(self.origin)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.out.write(self.slot, self.timeline.take_rest());
        let _ = self.out.0.jobs.send(Job::Close(self.slot));
    }
}

/// Keeps the thread; dropping it writes everything out and closes all files.
#[derive(Debug)]
pub struct Keeper {
    jobs: mpsc::Sender<Job>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

enum Job {
    Open(u64, PathBuf, Channels),
    Write(u64, Block),
    Close(u64),
    Settle(u64, oneshot::Sender<bool>),
    Discard(u64),
    Stop,
}

/// What goes into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channels {
    /// The caller left, us right.
    Both,
    /// The caller alone.
    Caller,
}

impl Channels {
    const fn count(self) -> usize {
        match self {
            Self::Both => 2,
            Self::Caller => 1,
        }
    }
}

struct Writer {
    gauges: Arc<Gauges>,
    files: BTreeMap<u64, File>,
}

impl Writer {
    fn run(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(job) = queue.recv() {
            match job {
                Job::Open(slot, path, channels) => self.open(slot, path, channels),
                Job::Write(slot, block) => self.write(slot, &block),
                Job::Close(slot) => drop(self.close(slot)),
                Job::Settle(slot, answer) => drop(answer.send(self.settle(slot))),
                Job::Discard(slot) => self.discard(slot),
                Job::Stop => break,
            }
        }
        while let Some((slot, _)) = self.files.first_key_value() {
            self.close(*slot);
        }
    }

    fn open(&mut self, slot: u64, path: PathBuf, channels: Channels) {
        match File::create(&path, channels) {
            Ok(file) => drop(self.files.insert(slot, file)),
            Err(error) => tracing::error!(%error, path = %path.display(), "a call can't be recorded"),
        }
    }

    fn write(&mut self, slot: u64, block: &Block) {
        self.gauges.waiting.fetch_sub(block.frames.len(), Relaxed);
        let Some(file) = self.files.get_mut(&slot) else { return };
        if let Err(error) = file.write(block) {
            tracing::error!(%error, path = %file.path.display(), "a recording ends early");
            self.files.remove(&slot);
        }
    }

    /// Where the file was closed, its path.
    fn close(&mut self, slot: u64) -> Option<PathBuf> {
        let file = self.files.remove(&slot)?;
        match file.wav.finalize() {
            Ok(()) => Some(file.path),
            Err(error) => {
                tracing::error!(%error, path = %file.path.display(), "a recording could not be closed");
                None
            }
        }
    }

    /// Closes the file and sees it onto the disk, its name in the folder included.
    fn settle(&mut self, slot: u64) -> bool {
        let Some(path) = self.close(slot) else { return false };
        let folder = path.parent().unwrap_or(&path);
        let synced = fs::File::open(&path).and_then(|file| file.sync_all());
        match synced.and_then(|()| fs::File::open(folder)?.sync_all()) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, path = %path.display(), "a message is not on disk");
                false
            }
        }
    }

    fn discard(&mut self, slot: u64) {
        if let Some(file) = self.files.remove(&slot) {
            let _ = fs::remove_file(file.path);
        }
    }
}

/// A recording being written.
struct File {
    path: PathBuf,
    channels: Channels,
    wav: hound::WavWriter<io::BufWriter<fs::File>>,
    written: u64,
    refreshed: u64,
}

impl File {
    fn create(path: &Path, channels: Channels) -> hound::Result<Self> {
        let spec = hound::WavSpec {
            channels: channels.count() as u16,
            sample_rate: RATE as u32,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let wav = hound::WavWriter::create(path, spec)?;
        Ok(Self { path: path.to_owned(), channels, wav, written: 0, refreshed: 0 })
    }

    fn write(&mut self, block: &Block) -> hound::Result<()> {
        let silence = block.at.saturating_sub(self.written);
        let frames = std::iter::repeat_n(&[0; 2], silence as usize).chain(&block.frames);
        for sample in frames.flat_map(|frame| &frame[..self.channels.count()]).copied() {
            self.wav.write_sample(sample)?;
        }
        self.written += silence + block.frames.len() as u64;
        if self.written - self.refreshed >= REFRESH {
            self.wav.flush()?;
            self.refreshed = self.written;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::wav,
        gateway::DialectName,
        records::{NewCall, Opened, Records},
    };
    use std::time::Duration;

    #[test]
    fn the_caller_is_left_and_we_are_right_at_their_moments() {
        let data = tempfile::tempdir().expect("a folder");
        let (recordings, keeper) = Recordings::start(data.path()).expect("a thread");
        let mut recorder = recordings.record(&a_call(data.path()));
        let clip = Arc::new(Clip::new(&[7; 800], 8_000).expect("a clip"));
        recorder.keep(&Sound::Ours(clip, 0, Moment::from_millis(500)));
        recorder.keep(&Sound::Caller(vec![5; 160], Moment::from_millis(1_020)));
        recorder.finish(Moment::from_millis(2_000));
        drop(keeper);

        let recording =
            wav::read(&fs::read(files(data.path(), RecordId(1)).remove(0)).expect("a file")).expect("a WAV");
        assert_eq!((recording.sample_rate, recording.duration()), (8_000, Duration::from_secs(2)));
        let sound = |channel: &[i16], value| {
            let first = channel.iter().position(|&sample| sample == value).expect("sound");
            (first, channel.iter().filter(|&&sample| sample != 0).count())
        };
        assert_eq!(sound(&recording.channels[0], 5), (8_000, 160));
        assert_eq!(sound(&recording.channels[1], 7), (4_000, 800));
    }

    #[test]
    fn a_recording_is_playable_while_it_is_written() {
        let data = tempfile::tempdir().expect("a folder");
        let (recordings, keeper) = Recordings::start(data.path()).expect("a thread");
        let mut recorder = recordings.record(&a_call(data.path()));
        for frame in 1..=250 {
            recorder.keep(&Sound::Caller(vec![9; 160], Moment::from_millis(frame * 20)));
        }
        std::mem::forget(recorder);
        let path = path(data.path(), RecordId(1), 1);
        // The thread takes jobs in order: once a later file is there, all blocks of ours were taken.
        recordings.0.jobs.send(Job::Open(99, data.path().join("later.wav"), Channels::Both)).expect("a thread");
        while !data.path().join("later.wav").exists() {
            thread::yield_now();
        }
        let killed = wav::read(&fs::read(&path).expect("a file")).expect("a WAV");
        assert!((3_000..=4_000).contains(&killed.duration().as_millis()), "{:?}", killed.duration());
        assert!(killed.channels[0].iter().all(|&sample| sample == 9));
        drop(keeper);
    }

    #[test]
    fn later_legs_have_files_of_their_own() {
        let data = Path::new("data");
        assert_eq!(path(data, RecordId(7), 1), Path::new("data/recordings/7.wav"));
        assert_eq!(path(data, RecordId(7), 2), Path::new("data/recordings/7-2.wav"));
    }

    fn a_call(data: &Path) -> CallRecord {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let Opened { records, .. } = Records::open(data, now).expect("records");
        let call = NewCall {
            call_id: None,
            dialect: DialectName::Asterisk,
            caller: None,
            called: None,
            script: None,
            started: now,
        };
        records.begin(call)
    }
}
