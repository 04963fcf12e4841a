//! Panels under each other on one axis of time.

use svg::node::element::{Group, Line, Path, Rectangle, Text, path::Data};

/// Pixels: chosen for a page or a screen; the drawing scales.
const WIDTH: f64 = 1200.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 64.0;
const GAP: f64 = 12.0;
const BOTTOM: f64 = 44.0;
/// A character's width at the size of labels, where it is Latin; a Chinese one takes twice as much.
const CHARACTER: f64 = 6.2;
/// The most time marks that can be read.
const MOST_TICKS: f64 = 14.0;

pub(super) const INK: &str = "#22262b";
const PALE: &str = "#e3e6ea";
const FONT: &str = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/// A drawing under way.
pub(super) struct Canvas {
    seconds: f64,
    back: Group,
    front: Group,
    bottom: f64,
    legend: f64,
}

/// A stretch of the drawing from side to side.
pub(super) struct Panel {
    pub(super) top: f64,
    pub(super) height: f64,
}

impl Panel {
    pub(super) fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

impl Canvas {
    /// A canvas for so many seconds.
    pub(super) fn new(seconds: f64) -> Self {
        let seconds = seconds.max(0.1);
        Self { seconds, back: Group::new(), front: Group::new(), bottom: TOP, legend: LEFT }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    fn x(&self, at: f64) -> f64 {
        LEFT + at.clamp(0.0, self.seconds) / self.seconds * (WIDTH - LEFT - RIGHT)
    }

    /// Samples (8 kHz) under one pixel, one at least.
    pub(super) fn samples_per_column(&self) -> usize {
        ((self.seconds * 8000.0 / (WIDTH - LEFT - RIGHT)).ceil() as usize).max(1)
    }

    pub(super) fn title(&mut self, name: &str, verdict: &str) {
        self.add(text(LEFT, 22.0, name).set("font-weight", "bold").set("font-size", 14));
        self.add(text(LEFT, 40.0, verdict));
    }

    /// A colour and what it means, after those that are there.
    pub(super) fn legend(&mut self, colour: &str, name: &str) {
        let x = self.legend;
        self.add(rectangle(x, 48.0, 12.0, 8.0).set("fill", colour));
        self.add(text(x + 16.0, 56.0, name));
        self.legend += 34.0 + width(name);
    }

    /// The next panel, with its name at the left.
    pub(super) fn panel(&mut self, name: &str, height: f64) -> Panel {
        let panel = Panel { top: self.bottom, height };
        let frame = rectangle(LEFT, panel.top, WIDTH - LEFT - RIGHT, height).set("fill", "#fbfcfd").set("stroke", PALE);
        self.behind(frame);
        self.add(text(12.0, panel.middle() + 4.0, name).set("font-weight", "bold"));
        self.bottom += height + GAP;
        panel
    }

    /// The unit of a panel's own axis, under its name.
    pub(super) fn unit(&mut self, panel: &Panel, unit: &str) {
        self.add(text(12.0, panel.middle() + 18.0, unit));
    }

    pub(super) fn gridline(&mut self, y: f64, label: &str) {
        self.behind(line(LEFT, y, WIDTH - RIGHT, y).set("stroke", PALE));
        self.add(text(LEFT - 6.0, y + 4.0, label).set("text-anchor", "end"));
    }

    pub(super) fn bar(&mut self, from: f64, to: f64, top: f64, height: f64, colour: &str, opacity: f64) {
        let (left, right) = (self.x(from), self.x(to));
        let bar = rectangle(left, top, (right - left).max(0.5), height);
        self.behind(bar.set("fill", colour).set("fill-opacity", opacity));
    }

    /// Vertical extents, one a column of `step` seconds.
    pub(super) fn envelope(&mut self, columns: &[(f64, f64)], step: f64, colour: &str) {
        let mut data = Data::new();
        for (place, (high, low)) in columns.iter().enumerate() {
            let x = round(self.x((place as f64 + 0.5) * step));
            data = data.move_to((x, round(*high))).line_to((x, round(low.max(high + 0.6))));
        }
        self.add(Path::new().set("d", data).set("stroke", colour).set("fill", "none"));
    }

    pub(super) fn line(&mut self, points: impl Iterator<Item = (f64, f64)>, colour: &str) {
        let mut data = Data::new();
        for (place, (at, y)) in points.enumerate() {
            let point = (round(self.x(at)), round(y));
            data = if place == 0 { data.move_to(point) } else { data.line_to(point) };
        }
        let path = Path::new().set("d", data).set("stroke", colour).set("stroke-width", 1.2).set("fill", "none");
        self.add(path);
    }

    /// A label from `from` on, where it fits before `to`; what does not fit is cut, and what can't be read is left out.
    pub(super) fn label_in(&mut self, from: f64, to: f64, y: f64, label: &str, colour: &str) {
        let room = self.x(to) - self.x(from) - 4.0;
        let mut fits = String::new();
        for c in label.chars() {
            if width(&fits) + CHARACTER * 2.0 > room {
                break;
            }
            fits.push(c);
        }
        let whole = fits.len() == label.len();
        if !whole && fits.chars().count() < 3 {
            return;
        }
        let shown = if whole { fits } else { format!("{fits}…") };
        self.add(text(self.x(from) + 3.0, y, &shown).set("fill", colour));
    }

    /// A label with a stem at its moment.
    pub(super) fn flag(&mut self, at: f64, y: f64, label: &str, colour: &str) {
        let x = self.x(at);
        self.add(line(x, y - 11.0, x, y + 2.0).set("stroke", colour).set("stroke-width", 1.5));
        let before = x + width(label) > WIDTH - RIGHT;
        let (x, anchor) = if before { (x - 3.0, "end") } else { (x + 3.0, "start") };
        self.add(text(x, y, label).set("fill", colour).set("text-anchor", anchor));
    }

    /// Draws the axis of time, and gives the whole as text.
    pub(super) fn finish(mut self, unit: &str) -> String {
        let bottom = self.bottom - GAP;
        let step = step(self.seconds);
        let ticks = (self.seconds / step) as usize;
        for tick in 0..=ticks {
            let at = tick as f64 * step;
            let x = self.x(at);
            self.behind(line(x, TOP, x, bottom).set("stroke", PALE));
            self.add(text(x, bottom + 16.0, &format!("{at}")).set("text-anchor", "middle"));
        }
        self.add(text((LEFT + WIDTH - RIGHT) / 2.0, bottom + 34.0, unit).set("text-anchor", "middle"));
        let height = bottom + BOTTOM;
        let document =
            svg::Document::new().set("viewBox", (0, 0, WIDTH, height)).set("width", WIDTH).set("height", height);
        let paper = rectangle(0.0, 0.0, WIDTH, height).set("fill", "white");
        document.add(paper).add(self.back).add(self.front).to_string()
    }

    fn add(&mut self, node: impl svg::Node) {
        let front = std::mem::take(&mut self.front);
        self.front = front.add(node);
    }

    fn behind(&mut self, node: impl svg::Node) {
        let back = std::mem::take(&mut self.back);
        self.back = back.add(node);
    }
}

/// Seconds between marks: 1, 2 or 5 times a power of ten, so that not too many stand there.
fn step(seconds: f64) -> f64 {
    let steps = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0];
    steps.into_iter().find(|step| seconds / step <= MOST_TICKS).unwrap_or(3600.0)
}

/// How wide a label is, pixels, near enough.
fn width(label: &str) -> f64 {
    label.chars().map(|c| if c > '\u{2e7f}' { 2.0 * CHARACTER } else { CHARACTER }).sum()
}

fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

fn text(x: f64, y: f64, content: &str) -> Text {
    let text = Text::new(content).set("x", round(x)).set("y", round(y));
    text.set("font-family", FONT).set("font-size", 11).set("fill", INK)
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Rectangle {
    let place = Rectangle::new().set("x", round(x)).set("y", round(y));
    place.set("width", round(width)).set("height", round(height))
}

fn line(x1: f64, y1: f64, x2: f64, y2: f64) -> Line {
    Line::new().set("x1", round(x1)).set("y1", round(y1)).set("x2", round(x2)).set("y2", round(y2))
}
