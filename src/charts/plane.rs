//! What every figure is drawn with: a plane with axes, curves, areas and labels that keep clear of
//! them.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, ShapeStyle, TextStyle};
use plotters_backend::DrawingErrorKind;

use super::style::{Palette, Type, filled, px, rounded, stroke};
use crate::scene::{Cursor, fixed, trimmed};
use crate::settings::Notation;

pub(super) type Outcome<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A point of the data.
pub(super) type Point = (f64, f64);

/// Where a label may stand: the middle of its left end, its middle or its right end.
pub(super) type Place = ((i32, i32), HPos);

/// Space around the data, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margins {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// With room for a y axis.
pub(super) const MARGINS: Margins = Margins {
    left: 50.0,
    right: 16.0,
    top: 40.0,
    bottom: 44.0,
};

/// A plane in which data have a place.
pub(super) struct Plane<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    pub(super) palette: &'a Palette,
    x: Axis,
    y: Axis,
    /// Where labels shall not be: lines, and other labels.
    taken: Vec<Rectangle>,
    labels: Vec<Rectangle>,
    /// Where the light lines across the plane are: they are in the way of reading, too.
    grid: Vec<i32>,
}

/// One axis: which data lie at which fine units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    data: (f64, f64),
    units: (i32, i32),
}

/// left, top, right, bottom, in fine units.
type Rectangle = [i32; 4];

impl Axis {
    pub(super) fn at(self, value: f64) -> i32 {
        let (start, end) = (f64::from(self.units.0), f64::from(self.units.1));
        let share = (value - self.data.0) / (self.data.1 - self.data.0);
        rounded(start + share * (end - start))
    }

    /// The data at a fraction of the axis.
    fn value(self, units: f64) -> f64 {
        let (start, end) = (f64::from(self.units.0), f64::from(self.units.1));
        self.data.0 + (self.data.1 - self.data.0) * (units - start) / (end - start)
    }

    /// Ticks a person would choose, at multiples of 1, 2 or 5 times a power of ten and at least so
    /// many CSS pixels apart, with what they are called.
    fn ticks(self, apart: f64, notation: Notation) -> Vec<(f64, String)> {
        let (low, high) = self.data;
        let mut ticks = Vec::new();
        if low >= high {
            return ticks;
        }
        let length = f64::from((self.units.1 - self.units.0).abs());
        let least = (high - low) * f64::from(px(apart)) / length;
        let mut decade = rounded(libm::log10(least).floor());
        let factor = least / 10_f64.powi(decade);
        let multiple = match factor {
            factor if factor <= 1.0 => 1.0,
            factor if factor <= 2.0 => 2.0,
            factor if factor <= 5.0 => 5.0,
            _ => {
                decade += 1;
                1.0
            }
        };
        // Dividing by a power of ten rounds once: 3 ÷ 10 is 0.3, and 3 × 0.1 is not.
        let (up, down) = (10_f64.powi(decade.max(0)), 10_f64.powi((-decade).max(0)));
        let step = multiple * up / down;
        let mut index = (low / step - 1e-6).ceil();
        while index * step <= high + 1e-6 * step {
            let tick = index * multiple * up / down;
            ticks.push((tick, trimmed(fixed(notation.of(tick), -decade))));
            index += 1.0;
        }
        ticks
    }
}

/// The axes of a figure of this size, in fine units.
pub(super) fn axes(size: (u32, u32), margins: Margins, x: Point, y: Point) -> (Axis, Axis) {
    let [width, height] = [size.0, size.1].map(whole);
    (
        Axis {
            data: x,
            units: (px(margins.left), width - px(margins.right)),
        },
        Axis {
            data: y,
            units: (height - px(margins.bottom), px(margins.top)),
        },
    )
}

/// The data on the x axis at a distance in CSS pixels from the left edge of a figure of this width.
pub(super) fn x_at(margins: Margins, range: Point, css_x: f64, css_width: u32) -> f64 {
    let size = (css_width.saturating_mul(super::UNIT), super::UNIT);
    let (x, _) = axes(size, margins, range, range);
    x.value(f64::from(px(css_x)))
}

impl<'a, DB: DrawingBackend> Plane<'a, DB> {
    pub(super) fn new(
        area: &'a DrawingArea<DB, Shift>,
        palette: &'a Palette,
        margins: Margins,
        x: Point,
        y: Point,
    ) -> Self {
        let (x, y) = axes(area.dim_in_pixel(), margins, x, y);
        Self {
            area,
            palette,
            x,
            y,
            taken: Vec::new(),
            labels: Vec::new(),
            grid: Vec::new(),
        }
    }

    pub(super) fn place(&self, point: Point) -> (i32, i32) {
        (self.x.at(point.0), self.y.at(point.1))
    }

    /// The length of the axes in CSS pixels.
    pub(super) fn size(&self) -> (f64, f64) {
        let length = |axis: Axis| f64::from((axis.units.1 - axis.units.0).abs());
        let unit = f64::from(super::UNIT);
        (length(self.x) / unit, length(self.y) / unit)
    }

    /// The x axis at the foot of the plane, with its name and ticks that a person would choose.
    pub(super) fn x_axis(&mut self, name: &str) -> Outcome<DB> {
        self.x_axis_in(name, Notation::Drop)
    }

    /// As [`x_axis`](Self::x_axis), of probabilities to drop. The plane stays as it is whatever the
    /// notation is, and only what is said of it changes.
    pub(super) fn x_axis_in(&mut self, name: &str, notation: Notation) -> Outcome<DB> {
        let ticks = self.x.ticks((self.size().0 / 8.0).max(45.0), notation);
        self.x_axis_of(name, &ticks)
    }

    /// The x axis with its name and these ticks. Labels keep out of the room below it.
    pub(super) fn x_axis_of(&mut self, name: &str, ticks: &[(f64, String)]) -> Outcome<DB> {
        let foot = self.y.units.0;
        let colour = self.palette.soft;
        let style = stroke(colour, 1.0);
        let (left, right) = self.x.units;
        self.line(&[(left, foot), (right, foot)], style)?;
        for (tick, _) in ticks {
            let x = crisp(self.x.at(*tick));
            self.line(&[(x, foot), (x, foot + px(5.0))], style)?;
        }
        let mut written = 0;
        for (tick, label) in ticks {
            let at = (crisp(self.x.at(*tick)), foot + px(10.0));
            let size = self.measure(label, Type::TICK);
            let tick = rectangle(size, at, HPos::Center, VPos::Top);
            // Numbers with many digits may have no room, and the cursor's label stands in the row.
            if tick[0] >= written && self.is_inside(tick) && !overlaps(&self.labels, tick) {
                written = tick[2] + px(6.0);
                self.write(label, at, Type::TICK, colour, HPos::Center, VPos::Top)?;
            }
        }
        let at = ((left + right) / 2, foot + px(27.0));
        self.write(name, at, Type::LABEL, colour, HPos::Center, VPos::Top)?;
        let (width, height) = self.extent();
        self.taken.push([0, foot - px(1.0), width, height]);
        Ok(())
    }

    /// The y axis: its name above the plane, and light lines across it at ticks that a person would
    /// choose. Labels keep out of the room to its left.
    pub(super) fn y_axis(&mut self, name: &str, suffix: &str) -> Outcome<DB> {
        let mut ticks = self
            .y
            .ticks((self.size().1 / 6.0).max(36.0), Notation::Drop);
        for (_, label) in &mut ticks {
            label.push_str(suffix);
        }
        self.y_axis_of(name, &ticks)
    }

    /// The y axis with its name and these ticks.
    pub(super) fn y_axis_of(&mut self, name: &str, ticks: &[(f64, String)]) -> Outcome<DB> {
        let (left, top) = self.corner();
        let colour = self.palette.soft;
        let at = (left - px(32.0), top - px(24.0));
        self.write(name, at, Type::LABEL, colour, HPos::Left, VPos::Center)?;
        let right = self.x.units.1;
        for (tick, _) in ticks {
            let y = crisp(self.y.at(*tick));
            if y < self.y.units.0 {
                self.grid.push(y);
                self.line(&[(left, y), (right, y)], stroke(self.palette.line, 1.0))?;
            }
        }
        for (tick, label) in ticks {
            let at = (left - px(10.0), crisp(self.y.at(*tick)));
            if self.measure(label, Type::TICK).0 <= at.0 {
                self.write(label, at, Type::TICK, colour, HPos::Right, VPos::Center)?;
            }
        }
        self.taken.push([0, 0, left - px(1.0), self.extent().1]);
        Ok(())
    }

    /// The cursor's line, with its place written among the ticks. Comes before the x axis, whose
    /// labels keep clear of it.
    pub(super) fn cursor_line(&mut self, cursor: Option<&Cursor>) -> Outcome<DB> {
        let Some(cursor) = cursor else {
            return Ok(());
        };
        self.cursor_line_alone(cursor)?;
        let (x, foot) = (crisp(self.x.at(cursor.place)), self.y.units.0);
        let at = (x, foot + px(10.0));
        let size = self.measure(&cursor.label, Type::TICK);
        let [left, _, right, _] = rectangle(size, at, HPos::Center, VPos::Top);
        let width = self.extent().0;
        let at = (at.0 - left.min(0) - (right - width).max(0), at.1);
        let (text, colour) = (&cursor.label, self.palette.ink);
        self.write(text, at, Type::TICK, colour, HPos::Center, VPos::Top)
    }

    /// The cursor's line without its place, which another panel has.
    pub(super) fn cursor_line_alone(&self, cursor: &Cursor) -> Outcome<DB> {
        let x = crisp(self.x.at(cursor.place));
        let line = [(x, self.y.units.1), (x, self.y.units.0)];
        self.line(&line, stroke(self.palette.soft, 1.0))
    }

    /// What is read at the cursor: a disc on each series, and its values beside it, clear of all
    /// that is there. Comes last.
    pub(super) fn readings(
        &mut self,
        cursor: Option<&Cursor>,
        colours: &[RGBColor],
    ) -> Outcome<DB> {
        match cursor {
            Some(cursor) => self.readings_at(cursor, colours),
            None => Ok(()),
        }
    }

    /// Kept by itself: the first view has no cursor.
    #[inline(never)]
    fn readings_at(&mut self, cursor: &Cursor, colours: &[RGBColor]) -> Outcome<DB> {
        let (low, high) = self.y.data;
        let (x, _) = self.place((cursor.place, low));
        self.take_path(&[(x, self.y.units.1), (x, self.y.units.0)]);
        for (reading, colour) in cursor.readings.iter().zip(colours) {
            let at = (cursor.place, reading.value.max(low).min(high));
            if reading.value == at.1 {
                self.disc(at, 5.5, filled(self.palette.paper))?;
                self.disc(at, 4.0, filled(*colour))?;
            }
            self.keep_clear(at, 5.5);
        }
        for (reading, colour) in cursor.readings.iter().zip(colours) {
            let (_, y) = self.place((cursor.place, reading.value.max(low).min(high)));
            self.write_block(&reading.lines, (x, y), *colour)?;
        }
        Ok(())
    }

    /// Writes lines one below the other to the right or left of a point, as near to it as there is
    /// room for them, if there is.
    fn write_block(
        &mut self,
        lines: &[String],
        (x, y): (i32, i32),
        colour: RGBColor,
    ) -> Outcome<DB> {
        const KIND: Type = Type::TICK;
        let leading = px(17.0);
        let mut size = (0, px(KIND.size) - leading);
        for line in lines {
            let (width, _) = self.measure(line, KIND);
            size = (size.0.max(width), size.1 + leading);
        }
        let Some((left, mut top)) = self.find_room(size, (x, y)) else {
            return Ok(());
        };
        let (at, side) = if left > x {
            (left, HPos::Left)
        } else {
            (left + size.0, HPos::Right)
        };
        for line in lines {
            self.write(line, (at, top), KIND, colour, side, VPos::Top)?;
            top += leading;
        }
        Ok(())
    }

    /// The left top corner of the nearest rectangle of this size to the right or left of a point,
    /// that is clear of all; in a crowd, of the other labels.
    fn find_room(&self, size: (i32, i32), (x, y): (i32, i32)) -> Option<(i32, i32)> {
        let step = px(7.0);
        let foot = self.y.units.0;
        for taken in [&self.taken, &self.labels] {
            for aside in (px(9.0)..self.x.units.1).step_by(px(40.0).unsigned_abs() as usize) {
                for row in 0..foot / step {
                    for top in [y - row * step, y + row * step] {
                        for left in [x + aside, x - aside - size.0] {
                            let place =
                                [left, top - px(3.0), left + size.0, top + size.1 + px(3.0)];
                            if place[3] <= foot && self.is_inside(place) && !overlaps(taken, place)
                            {
                                return Some((left, top));
                            }
                        }
                    }
                }
            }
        }
        None
    }

    /// A line through these points, cut off at the top and bottom of the plane; later labels keep
    /// clear of it.
    pub(super) fn curve(&mut self, points: &[Point], style: ShapeStyle) -> Outcome<DB> {
        for piece in clip(points, self.y.data) {
            let path: Vec<_> = piece.iter().map(|point| self.place(*point)).collect();
            self.take_path(&path);
            self.line(&path, style)?;
        }
        Ok(())
    }

    /// As [`curve`](Self::curve), dashed.
    pub(super) fn dashed(&mut self, points: &[Point], style: ShapeStyle) -> Outcome<DB> {
        for piece in clip(points, self.y.data) {
            let path: Vec<_> = piece.iter().map(|point| self.place(*point)).collect();
            self.take_path(&path);
            self.dashes(&path, px(5.0), px(4.0), style)?;
        }
        Ok(())
    }

    /// The area between these points and the foot of the plane.
    pub(super) fn area(&self, points: &[Point], style: ShapeStyle) -> Outcome<DB> {
        let foot = self.y.data.0;
        let mut path: Vec<_> = clip(points, self.y.data)
            .into_iter()
            .flatten()
            .map(|point| self.place(point))
            .collect();
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            path.push(self.place((last.0, foot)));
            path.push(self.place((first.0, foot)));
            self.mark(&path, Shape::Area(style))?;
        }
        Ok(())
    }

    /// The area between two lines over the same x, as far as it is in the plane.
    pub(super) fn band(&self, lower: &[Point], upper: &[Point], style: ShapeStyle) -> Outcome<DB> {
        let (low, high) = self.y.data;
        let inside = |point: &Point| self.place((point.0, point.1.max(low).min(high)));
        let path: Vec<_> = lower.iter().chain(upper.iter().rev()).map(inside).collect();
        if path.len() > 2 {
            self.mark(&path, Shape::Area(style))?;
        }
        Ok(())
    }

    /// A filled shape with these corners, in fine units.
    pub(super) fn polygon(&self, corners: &[(i32, i32)], style: ShapeStyle) -> Outcome<DB> {
        self.mark(corners, Shape::Area(style))
    }

    pub(super) fn line(&self, path: &[(i32, i32)], style: ShapeStyle) -> Outcome<DB> {
        self.mark(path, Shape::Line(style))
    }

    pub(super) fn dashed_line(&self, path: [(i32, i32); 2], style: ShapeStyle) -> Outcome<DB> {
        self.dashes(&path, px(2.0), px(3.0), style)
    }

    /// A line of strokes of this length and this far apart, in fine units.
    fn dashes(
        &self,
        path: &[(i32, i32)],
        length: i32,
        apart: i32,
        style: ShapeStyle,
    ) -> Outcome<DB> {
        let mut left = f64::from(length);
        let mut stroke: Vec<_> = path.first().copied().into_iter().collect();
        let mut is_stroke = true;
        for pair in path.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
            let end = dx.hypot(dy);
            let mut along = 0.0;
            while along + left < end {
                along += left;
                let share = along / end;
                stroke.push((from.0 + rounded(share * dx), from.1 + rounded(share * dy)));
                if is_stroke {
                    self.line(&stroke, style)?;
                    stroke.clear();
                }
                is_stroke = !is_stroke;
                left = f64::from(if is_stroke { length } else { apart });
            }
            left -= end - along;
            if is_stroke {
                stroke.push(to);
            }
        }
        if stroke.len() < 2 {
            return Ok(());
        }
        self.line(&stroke, style)
    }

    fn mark(&self, points: &[(i32, i32)], shape: Shape<'_>) -> Outcome<DB> {
        self.area.draw(&Mark { points, shape })
    }

    /// A disc, or a ring, with its centre at a point of the data and a radius in CSS pixels.
    pub(super) fn disc(&self, centre: Point, radius: f64, style: ShapeStyle) -> Outcome<DB> {
        self.disc_at(self.place(centre), radius, style)
    }

    pub(super) fn disc_at(
        &self,
        centre: (i32, i32),
        radius: f64,
        style: ShapeStyle,
    ) -> Outcome<DB> {
        self.mark(&[centre], Shape::Disc(px(radius).unsigned_abs(), style))
    }

    /// The plane's left top corner.
    pub(super) fn corner(&self) -> (i32, i32) {
        (self.x.units.0, self.y.units.1)
    }

    pub(super) fn write(
        &mut self,
        text: &str,
        at: (i32, i32),
        kind: Type,
        colour: RGBColor,
        horizontal: HPos,
        vertical: VPos,
    ) -> Outcome<DB> {
        let size = self.measure(text, kind);
        let rectangle = rectangle(size, at, horizontal, vertical);
        // Side by side, two labels would be read as one.
        let [left, top, right, bottom] = rectangle;
        self.taken
            .push([left - px(3.0), top, right + px(3.0), bottom]);
        self.labels.push(rectangle);
        // Browsers agree on where the middle of a letter is, not on its top.
        let at = (at.0, (rectangle[1] + rectangle[3]) / 2);
        let style = kind.style(colour, horizontal, VPos::Center);
        self.mark(&[at], Shape::Text(text, style))
    }

    /// Writes a label at the first of the places where it is between the axes and nothing else is;
    /// if there is none, wherever it has room, as near to the first of them as possible; nowhere, if
    /// it has none. The horizontal position says to which side of the place the text lies.
    pub(super) fn write_clear(
        &mut self,
        text: &str,
        places: &[Place],
        kind: Type,
        colour: RGBColor,
    ) -> Outcome<DB> {
        let size = self.measure(text, kind);
        let place = self.clear_place(size, places).or_else(|| {
            let ((x, y), _) = *places.first()?;
            self.clear_place_near(size, (x, y))
        });
        self.write_at(text, place, kind, colour)
    }

    /// As [`write_clear`](Self::write_clear), but leaves out a label that has no room at any of the
    /// places, and prefers those where no light line goes through it.
    pub(super) fn write_if_clear(
        &mut self,
        text: &str,
        places: &[Place],
        kind: Type,
        colour: RGBColor,
    ) -> Outcome<DB> {
        let size = self.measure(text, kind);
        let is_off_grid = |(at, side): &Place| {
            let [_, top, _, bottom] = rectangle(size, *at, *side, VPos::Center);
            !self.grid.iter().any(|y| (top..bottom).contains(y))
        };
        let mut off_grid = places.to_vec();
        off_grid.retain(is_off_grid);
        let place = self.clear_place(size, &off_grid);
        let place = place.or_else(|| self.clear_place(size, places));
        self.write_at(text, place, kind, colour)
    }

    fn write_at(
        &mut self,
        text: &str,
        place: Option<Place>,
        kind: Type,
        colour: RGBColor,
    ) -> Outcome<DB> {
        match place {
            Some((at, side)) => self.write(text, at, kind, colour, side, VPos::Center),
            None => Ok(()),
        }
    }

    fn clear_place(&self, size: (i32, i32), places: &[Place]) -> Option<Place> {
        let is_clear =
            |place: &&Place| self.is_free(rectangle(size, place.0, place.1, VPos::Center));
        places.iter().find(is_clear).copied()
    }

    fn clear_place_near(&self, size: (i32, i32), (x, y): (i32, i32)) -> Option<Place> {
        let (width, height) = self.extent();
        let step = px(8.0);
        let mut nearest = None;
        let mut least = f64::INFINITY;
        for row in 0..height / step {
            for column in 0..width / step {
                let at = (column * step, row * step);
                let away = f64::from(at.0 + size.0 / 2 - x).hypot(f64::from(at.1 - y));
                if away < least && self.is_free(rectangle(size, at, HPos::Left, VPos::Center)) {
                    least = away;
                    nearest = Some((at, HPos::Left));
                }
            }
        }
        nearest
    }

    /// Keeps later labels away from a rectangle around this point of so many CSS pixels each way.
    pub(super) fn keep_clear(&mut self, point: Point, css: f64) {
        self.keep_clear_at(self.place(point), css);
    }

    pub(super) fn keep_clear_at(&mut self, (x, y): (i32, i32), css: f64) {
        let reach = px(css);
        self.taken
            .push([x - reach, y - reach, x + reach, y + reach]);
    }

    /// Keeps later labels from what lies further above and below the plane than so many CSS pixels.
    pub(super) fn confine(&mut self, above: f64, below: f64) {
        let (width, height) = self.extent();
        let (foot, top) = self.y.units;
        self.taken.push([0, 0, width, top - px(above)]);
        self.taken.push([0, foot + px(below), width, height]);
    }

    fn take_path(&mut self, path: &[(i32, i32)]) {
        let reach = px(2.0);
        for pair in path.windows(2) {
            let [(ax, ay), (bx, by)] = [pair[0], pair[1]];
            self.taken.push([
                ax.min(bx) - reach,
                ay.min(by) - reach,
                ax.max(bx) + reach,
                ay.max(by) + reach,
            ]);
        }
    }

    pub(super) fn take_line(&mut self, path: [(i32, i32); 2]) {
        self.take_path(&path);
    }

    fn is_free(&self, rectangle: Rectangle) -> bool {
        self.is_inside(rectangle) && !overlaps(&self.taken, rectangle)
    }

    fn is_inside(&self, [left, top, right, bottom]: Rectangle) -> bool {
        let (width, height) = self.extent();
        left >= 0 && top >= 0 && right <= width && bottom <= height
    }

    /// The size of the figure, in fine units.
    fn extent(&self) -> (i32, i32) {
        let (width, height) = self.area.dim_in_pixel();
        (whole(width), whole(height))
    }

    /// Where the middle of a text is that would be at `at`, had it room there, and is moved to the side
    /// as far as the figure's edge demands.
    pub(super) fn within(&self, text: &str, at: (i32, i32), kind: Type) -> (i32, i32) {
        let half = self.width(text, kind) / 2;
        (at.0.min(self.extent().0 - half).max(half), at.1)
    }

    /// How wide a text is in fine units, as the backend measures it.
    pub(super) fn width(&self, text: &str, kind: Type) -> i32 {
        self.measure(text, kind).0
    }

    /// The size of a text, in fine units. Its width is that which the backend measures, or an
    /// estimate that is rather too wide.
    fn measure(&self, text: &str, kind: Type) -> (i32, i32) {
        let style = kind.style(self.palette.soft, HPos::Left, VPos::Center);
        let size = self.area.estimate_text_size(text, &style);
        (size.map_or(0, |(width, _)| whole(width)), px(kind.size))
    }
}

/// Where a text of this size would lie.
fn rectangle(
    (width, height): (i32, i32),
    (x, y): (i32, i32),
    horizontal: HPos,
    vertical: VPos,
) -> Rectangle {
    let left = match horizontal {
        HPos::Left => x,
        HPos::Center => x - width / 2,
        HPos::Right => x - width,
    };
    let top = match vertical {
        VPos::Top => y,
        VPos::Center => y - height / 2,
        VPos::Bottom => y - height,
    };
    [left, top, left + width, top + height]
}

/// What figures are made of, in fine units. One kind of element for all of them: each of plotters'
/// own would bring its code into the page's binary.
struct Mark<'a> {
    points: &'a [(i32, i32)],
    shape: Shape<'a>,
}

enum Shape<'a> {
    /// A line through the points.
    Line(ShapeStyle),
    /// The polygon with these corners.
    Area(ShapeStyle),
    /// A disc or a ring of this radius around the point.
    Disc(u32, ShapeStyle),
    /// A text at the point.
    Text(&'a str, TextStyle<'static>),
}

impl<'a> PointCollection<'a, (i32, i32)> for &'a Mark<'_> {
    type Point = &'a (i32, i32);
    type IntoIter = &'a [(i32, i32)];

    fn point_iter(self) -> Self::IntoIter {
        self.points
    }
}

impl<DB: DrawingBackend> Drawable<DB> for Mark<'_> {
    fn draw<I: Iterator<Item = (i32, i32)>>(
        &self,
        mut points: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        match &self.shape {
            Shape::Line(style) => backend.draw_path(points, style),
            Shape::Area(style) => backend.fill_polygon(points, style),
            Shape::Disc(radius, style) => points
                .try_for_each(|centre| backend.draw_circle(centre, *radius, style, style.filled)),
            Shape::Text(text, style) => {
                points.try_for_each(|at| backend.draw_text(text, style, at))
            }
        }
    }
}

fn overlaps(taken: &[Rectangle], [left, top, right, bottom]: Rectangle) -> bool {
    let apart = |[l, t, r, b]: &Rectangle| right < *l || left > *r || bottom < *t || top > *b;
    !taken.iter().all(apart)
}

/// The middle of a CSS pixel, so that a line of one pixel's width is sharp.
pub(super) fn crisp(units: i32) -> i32 {
    units - units.rem_euclid(px(1.0)) + px(0.5)
}

/// As a signed number; no figure is so large that it isn't one.
fn whole(units: u32) -> i32 {
    i32::try_from(units).unwrap_or(i32::MAX)
}

/// The parts of a curve with low ≤ y ≤ high, cut where it crosses them.
fn clip(points: &[Point], (low, high): (f64, f64)) -> Vec<Vec<Point>> {
    let inside = |y: f64| (low..=high).contains(&y);
    let cross = |(ax, ay): Point, (bx, by): Point, level: f64| {
        (ax + (bx - ax) * (level - ay) / (by - ay), level)
    };
    let mut pieces = Vec::new();
    let mut piece: Vec<Point> = Vec::new();
    let mut previous: Option<Point> = None;
    for &point in points {
        if let Some(last) = previous {
            for level in [low, high] {
                if (last.1 < level) != (point.1 < level) && inside(last.1) != inside(point.1) {
                    piece.push(cross(last, point, level));
                }
            }
        }
        if inside(point.1) {
            piece.push(point);
        } else if !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        previous = Some(point);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(data: (f64, f64), css: f64) -> Axis {
        let units = (0, px(css));
        Axis { data, units }
    }

    /// As close as they may be, and at the next of 1, 2 and 5 where that is too close.
    #[test]
    fn ticks_are_those_that_a_person_would_choose() {
        let labels = |axis: Axis, apart| {
            let ticks = axis.ticks(apart, Notation::Drop);
            ticks.into_iter().map(|it| it.1).collect::<Vec<_>>()
        };
        let upto_4 = axis((0.0, 4.0), 160.0);
        assert_eq!(labels(upto_4, 40.0), ["0", "1", "2", "3", "4"]);
        assert_eq!(labels(upto_4, 40.1), ["0", "2", "4"]);
        assert_eq!(labels(upto_4, 80.0), ["0", "2", "4"]);
        assert_eq!(labels(upto_4, 80.1), ["0"]);
        assert_eq!(labels(upto_4, 8.0).len(), 21);
        assert_eq!(
            labels(axis((-0.3, 0.3), 300.0), 100.0),
            ["−0.2", "0", "0.2"]
        );
        assert_eq!(labels(axis((1.0, 1.0), 300.0), 100.0), [""; 0]);
    }

    #[test]
    fn a_text_lies_where_its_anchor_says() {
        let size = (10, 4);
        for (horizontal, left) in [(HPos::Left, 50), (HPos::Center, 45), (HPos::Right, 40)] {
            let [x, _, right, _] = rectangle(size, (50, 20), horizontal, VPos::Top);
            assert_eq!((x, right), (left, left + 10));
        }
        for (vertical, top) in [(VPos::Top, 20), (VPos::Center, 18), (VPos::Bottom, 16)] {
            let [_, y, _, foot] = rectangle(size, (50, 20), HPos::Left, vertical);
            assert_eq!((y, foot), (top, top + 4));
        }
    }

    /// What only touches is not clear.
    #[test]
    fn rectangles_are_apart_where_there_is_room_between_them() {
        let taken = [[10, 10, 20, 20]];
        for apart in [
            [0, 10, 9, 20],
            [21, 10, 30, 20],
            [10, 0, 20, 9],
            [10, 21, 20, 30],
        ] {
            assert!(!overlaps(&taken, apart), "{apart:?}");
        }
        for touching in [
            [0, 10, 10, 20],
            [20, 10, 30, 20],
            [10, 0, 20, 10],
            [10, 20, 20, 30],
        ] {
            assert!(overlaps(&taken, touching), "{touching:?}");
        }
        assert!(overlaps(&taken, [12, 12, 13, 13]));
    }

    /// Where a curve leaves the plane it is cut, and it goes on where it comes back.
    #[test]
    fn curves_are_cut_where_they_leave_the_plane() {
        let cut = |points: &[Point]| clip(points, (0.0, 2.0));
        let arch = [(0.0, 1.0), (1.0, 3.0), (2.0, 3.0), (4.0, 1.0)];
        let pieces = [vec![(0.0, 1.0), (0.5, 2.0)], vec![(3.0, 2.0), (4.0, 1.0)]];
        assert_eq!(cut(&arch), pieces);
        let below = [(0.0, 1.0), (1.0, -1.0), (3.0, 1.0)];
        let pieces = [vec![(0.0, 1.0), (0.5, 0.0)], vec![(2.0, 0.0), (3.0, 1.0)]];
        assert_eq!(cut(&below), pieces);
        // What only touches the edge stays whole.
        let touching = [(0.0, 0.0), (1.0, 2.0), (2.0, 0.0)];
        assert_eq!(cut(&touching), [touching.to_vec()]);
        assert!(cut(&[(0.0, 5.0), (1.0, 5.0)]).is_empty());
    }
}
