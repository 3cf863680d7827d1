//! What every figure is drawn with: a plane with axes, curves, areas and labels that keep clear of
//! them.

use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, ShapeStyle};

use super::style::{Palette, Type, filled, px, stroke};
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
        RangedCoordf64::from(self.data.0..self.data.1).map(&value, self.units)
    }

    /// The data at a fraction of the axis.
    fn value(self, units: f64) -> f64 {
        let (start, end) = (f64::from(self.units.0), f64::from(self.units.1));
        self.data.0 + (self.data.1 - self.data.0) * (units - start) / (end - start)
    }

    /// Values that a person would choose for at most so many ticks.
    fn ticks(self, most: usize) -> Vec<f64> {
        RangedCoordf64::from(self.data.0..self.data.1).key_points(most)
    }
}

/// The axes of a figure of this size, in fine units.
pub(super) fn axes(size: (u32, u32), margins: Margins, x: Point, y: Point) -> (Axis, Axis) {
    let [width, height] = [size.0, size.1].map(|length| i32::try_from(length).unwrap_or(i32::MAX));
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
        // A tick's label needs so many CSS pixels, and some room.
        let most = count(self.size().0 / 60.0);
        let ticks = self.x.ticks(most);
        let decimals = decimals(&ticks);
        let ticks: Vec<_> = ticks
            .into_iter()
            .map(|tick| (tick, trimmed(fixed(notation.of(tick), decimals))))
            .collect();
        self.x_axis_of(name, &ticks)
    }

    /// The x axis with its name and these ticks.
    pub(super) fn x_axis_of(&mut self, name: &str, ticks: &[(f64, String)]) -> Outcome<DB> {
        let foot = self.y.units.0;
        let colour = self.palette.soft;
        let style = stroke(colour, 1.0);
        let (left, right) = self.x.units;
        self.line(&[(left, foot), (right, foot)], style)?;
        self.take_line([(left, foot), (right, foot)]);
        for (tick, label) in ticks {
            let x = crisp(self.x.at(*tick));
            self.line(&[(x, foot), (x, foot + px(5.0))], style)?;
            let at = (x, foot + px(9.0));
            let rectangle = self.rectangle(label, at, Type::TICK, HPos::Center, VPos::Top);
            // The cursor's label stands in the same row.
            if !overlaps(&self.labels, rectangle) {
                self.write(label, at, Type::TICK, colour, HPos::Center, VPos::Top)?;
            }
        }
        let at = ((left + right) / 2, foot + px(26.0));
        self.write(name, at, Type::LABEL, colour, HPos::Center, VPos::Top)
    }

    /// The y axis: its name above the plane, and light lines across it at ticks that a person would
    /// choose.
    pub(super) fn y_axis(&mut self, name: &str, suffix: &str) -> Outcome<DB> {
        let (left, top) = self.corner();
        let at = (left - px(32.0), top - px(24.0));
        let colour = self.palette.soft;
        self.write(name, at, Type::LABEL, colour, HPos::Left, VPos::Center)?;
        let (left, right) = self.x.units;
        let most = count(self.size().1 / 40.0);
        let ticks = self.y.ticks(most);
        let decimals = decimals(&ticks);
        for tick in ticks {
            let y = crisp(self.y.at(tick));
            if y < self.y.units.0 {
                self.line(&[(left, y), (right, y)], stroke(self.palette.line, 1.0))?;
            }
            let text = format!("{}{suffix}", trimmed(fixed(tick, decimals)));
            self.write(
                &text,
                (left - px(8.0), y),
                Type::TICK,
                self.palette.soft,
                HPos::Right,
                VPos::Center,
            )?;
        }
        Ok(())
    }

    /// The cursor's line, with its place written among the ticks. Comes before the x axis, whose
    /// labels keep clear of it.
    pub(super) fn cursor_line(&mut self, cursor: Option<&Cursor>) -> Outcome<DB> {
        let Some(cursor) = cursor else {
            return Ok(());
        };
        let (x, foot) = (crisp(self.x.at(cursor.place)), self.y.units.0);
        let line = [(x, self.y.units.1), (x, foot)];
        self.line(&line, stroke(self.palette.soft, 1.0))?;
        let at = (x, foot + px(9.0));
        let [left, _, right, _] =
            self.rectangle(&cursor.label, at, Type::TICK, HPos::Center, VPos::Top);
        let width = i32::try_from(self.area.dim_in_pixel().0).unwrap_or(i32::MAX);
        let at = (at.0 - left.min(0) - (right - width).max(0), at.1);
        let (text, colour) = (&cursor.label, self.palette.ink);
        self.write(text, at, Type::TICK, colour, HPos::Center, VPos::Top)
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
            let [_, _, width, _] = self.rectangle(line, (0, 0), KIND, HPos::Left, VPos::Top);
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
            self.area
                .draw(&DashedPathElement::new(path, px(5.0), px(4.0), style))?;
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
            self.area.draw(&Polygon::new(path, style))?;
        }
        Ok(())
    }

    /// The area between two lines over the same x, as far as it is in the plane.
    pub(super) fn band(&self, lower: &[Point], upper: &[Point], style: ShapeStyle) -> Outcome<DB> {
        let (low, high) = self.y.data;
        let inside = |point: &Point| self.place((point.0, point.1.max(low).min(high)));
        let path: Vec<_> = lower.iter().chain(upper.iter().rev()).map(inside).collect();
        if path.len() > 2 {
            self.area.draw(&Polygon::new(path, style))?;
        }
        Ok(())
    }

    /// A filled shape with these corners, in fine units.
    pub(super) fn polygon(&self, corners: &[(i32, i32)], style: ShapeStyle) -> Outcome<DB> {
        self.area.draw(&Polygon::new(corners, style))
    }

    pub(super) fn line(&self, path: &[(i32, i32)], style: ShapeStyle) -> Outcome<DB> {
        self.area.draw(&PathElement::new(path, style))
    }

    pub(super) fn dashed_line(&self, path: [(i32, i32); 2], style: ShapeStyle) -> Outcome<DB> {
        self.area
            .draw(&DashedPathElement::new(path, px(2.0), px(3.0), style))
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
        self.area.draw(&Circle::new(centre, px(radius), style))
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
        let rectangle = self.rectangle(text, at, kind, horizontal, vertical);
        self.taken.push(rectangle);
        self.labels.push(rectangle);
        let style = kind.style(colour, horizontal, vertical);
        self.area.draw(&Text::new(text, at, style))
    }

    /// Writes a label at the first of the places where it is inside of the figure and nothing else
    /// is; at the last, if there is none. The horizontal position says to which side of the place
    /// the text lies.
    pub(super) fn write_clear(
        &mut self,
        text: &str,
        places: &[Place],
        kind: Type,
        colour: RGBColor,
    ) -> Outcome<DB> {
        let place = self.clear_place(text, places, kind).or(places.last());
        self.write_at(text, place, kind, colour)
    }

    /// As [`write_clear`](Self::write_clear), but leaves out a label that has no room.
    pub(super) fn write_if_clear(
        &mut self,
        text: &str,
        places: &[Place],
        kind: Type,
        colour: RGBColor,
    ) -> Outcome<DB> {
        let place = self.clear_place(text, places, kind);
        self.write_at(text, place, kind, colour)
    }

    fn write_at(
        &mut self,
        text: &str,
        place: Option<&Place>,
        kind: Type,
        colour: RGBColor,
    ) -> Outcome<DB> {
        match place {
            Some(&(at, side)) => self.write(text, at, kind, colour, side, VPos::Center),
            None => Ok(()),
        }
    }

    fn clear_place<'b>(&self, text: &str, places: &'b [Place], kind: Type) -> Option<&'b Place> {
        places
            .iter()
            .find(|(at, side)| self.is_free(self.rectangle(text, *at, kind, *side, VPos::Center)))
    }

    /// Keeps later labels away from a rectangle around this point of so many CSS pixels each way.
    pub(super) fn keep_clear(&mut self, point: Point, css: f64) {
        let (x, y) = self.place(point);
        let reach = px(css);
        self.taken
            .push([x - reach, y - reach, x + reach, y + reach]);
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
        let (width, height) = self.area.dim_in_pixel();
        left >= 0
            && top >= 0
            && i64::from(right) <= i64::from(width)
            && i64::from(bottom) <= i64::from(height)
    }

    /// How wide a text is in fine units, as the backend measures it.
    pub(super) fn width(&self, text: &str, kind: Type) -> i32 {
        let style = kind.style(self.palette.soft, HPos::Left, VPos::Center);
        self.area
            .estimate_text_size(text, &style)
            .map_or(0, |(width, _)| i32::try_from(width).unwrap_or(i32::MAX))
    }

    /// Where a text would lie.
    fn rectangle(
        &self,
        text: &str,
        at: (i32, i32),
        kind: Type,
        horizontal: HPos,
        vertical: VPos,
    ) -> Rectangle {
        let height = px(kind.size);
        let width = self.width(text, kind);
        let left = match horizontal {
            HPos::Left => at.0,
            HPos::Center => at.0 - width / 2,
            HPos::Right => at.0 - width,
        };
        let top = match vertical {
            VPos::Top => at.1,
            VPos::Center => at.1 - height / 2,
            VPos::Bottom => at.1 - height,
        };
        [left, top, left + width, top + height]
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

fn count(length: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of ticks"
    )]
    let count = length.clamp(2.0, 12.0) as usize;
    count
}

/// How many decimals tell these ticks apart.
fn decimals(ticks: &[f64]) -> i32 {
    let step = ticks
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(f64::INFINITY, f64::min);
    (0..9)
        .find(|decimals| {
            let scaled = step * 10_f64.powi(*decimals);
            (scaled - scaled.round()).abs() < 1e-6 * scaled && scaled > 0.5
        })
        .unwrap_or(0)
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
