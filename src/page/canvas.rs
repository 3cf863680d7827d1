//! A canvas as a plotters backend that is sharp on every screen.

use std::f64::consts::TAU;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendStyle, BackendTextStyle, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::charts::{Svg, UNIT};

/// A surface around plotters' canvas backend, with what that lacks: the plane is measured in fine
/// units, so that curves are smooth; the backing store has the resolution of the screen, and at
/// least two pixels to a CSS pixel; text is measured by the canvas, where plotters would lay out an
/// element in the document for every label; and a colour is written in integers, since the code
/// that writes floating-point numbers would weigh as much as all drawing.
///
/// It may draw into an SVG instead: the canvas then only measures text, and no figure's code is in the
/// program twice.
pub(super) struct Surface<'a> {
    backend: CanvasBackend,
    context: CanvasRenderingContext2d,
    size: (u32, u32),
    svg: Option<Svg<'a>>,
}

type Result<T> =
    std::result::Result<T, DrawingErrorKind<<Surface<'static> as DrawingBackend>::ErrorType>>;

impl<'a> Surface<'a> {
    /// An empty drawing area on the whole canvas; `None` where it has no size, since it is not
    /// shown.
    ///
    /// # Errors
    /// When the browser gives no 2D context.
    pub(super) fn area(
        canvas: &HtmlCanvasElement,
    ) -> std::result::Result<Option<DrawingArea<Self, Shift>>, JsValue> {
        let (width, height) = (canvas.client_width(), canvas.client_height());
        let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
            return Ok(None);
        };
        if width == 0 || height == 0 {
            return Ok(None);
        }
        let scale = web_sys::window()
            .map_or(1.0, |window| window.device_pixel_ratio())
            .clamp(2.0, 4.0);
        Ok(Some(
            Self::of(canvas, (width, height), scale, None)?.into_drawing_area(),
        ))
    }

    /// A surface of this size in CSS pixels, with so many pixels of the canvas to each of them, or
    /// with an SVG that takes all that is drawn.
    ///
    /// # Errors
    /// When the browser gives no 2D context.
    pub(super) fn of(
        canvas: &HtmlCanvasElement,
        (width, height): (u32, u32),
        scale: f64,
        svg: Option<Svg<'a>>,
    ) -> std::result::Result<Self, JsValue> {
        let pixels = |css: u32| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a positive number of pixels"
            )]
            let pixels = (f64::from(css) * scale).round() as u32;
            pixels
        };
        if (canvas.width(), canvas.height()) != (pixels(width), pixels(height)) {
            canvas.set_width(pixels(width));
            canvas.set_height(pixels(height));
        }
        let no_context = || JsValue::from_str("this browser draws on no canvas");
        let context: CanvasRenderingContext2d = canvas
            .get_context("2d")?
            .ok_or_else(no_context)?
            .unchecked_into();
        context.reset_transform()?;
        context.clear_rect(0.0, 0.0, canvas.width().into(), canvas.height().into());
        let units = scale / f64::from(UNIT);
        context.scale(units, units)?;
        context.set_line_join("round");
        let backend = CanvasBackend::with_canvas_object(canvas.clone()).ok_or_else(no_context)?;
        Ok(Self {
            backend,
            context,
            size: (width * UNIT, height * UNIT),
            svg,
        })
    }

    fn outline(&self, points: impl IntoIterator<Item = (i32, i32)>) {
        self.context.begin_path();
        for (x, y) in points {
            // The first of a path is where it starts.
            self.context.line_to(x.into(), y.into());
        }
    }

    /// The area or the line of the current path.
    fn paint(&self, style: &impl BackendStyle, fill: bool) {
        let colour = css(style.color());
        if fill {
            self.context.set_fill_style_str(&colour);
            self.context.fill();
        } else {
            self.context.set_stroke_style_str(&colour);
            self.context.set_line_width(style.stroke_width().into());
            self.context.stroke();
        }
    }

    fn set_font(&self, style: &impl BackendTextStyle) {
        #[expect(clippy::cast_possible_truncation, reason = "whole fine units")]
        let size = style.size() as i32;
        self.context.set_font(&format!(
            "{} {size}px {}",
            style.style().as_str(),
            style.family().as_str()
        ));
    }
}

/// What can't fail, as what can.
fn certain(
    drawn: std::result::Result<(), DrawingErrorKind<std::convert::Infallible>>,
) -> Result<()> {
    debug_assert!(drawn.is_ok(), "writing a text does not fail");
    Ok(())
}

/// A colour as `#rrggbbaa`.
fn css(colour: BackendColor) -> String {
    let (red, green, blue) = colour.rgb;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 255, and the cast saturates"
    )]
    let alpha = (colour.alpha * 255.0).round() as u8;
    format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
}

impl DrawingBackend for Surface<'_> {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<()> {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Result<()> {
        self.backend.present()
    }

    fn draw_pixel(&mut self, point: (i32, i32), color: BackendColor) -> Result<()> {
        self.backend.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: (i32, i32),
        to: (i32, i32),
        style: &S,
    ) -> Result<()> {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): (i32, i32),
        (right, bottom): (i32, i32),
        style: &S,
        fill: bool,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_rect((left, top), (right, bottom), style, fill));
        }
        self.outline([(left, top), (right, top), (right, bottom), (left, bottom)]);
        self.context.close_path();
        self.paint(style, fill);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_path(path, style));
        }
        self.outline(path);
        self.paint(style, false);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): (i32, i32),
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_circle((x, y), radius, style, fill));
        }
        self.context.begin_path();
        // Only a negative radius is an error.
        let _ = self
            .context
            .arc(x.into(), y.into(), radius.into(), 0.0, TAU);
        self.paint(style, fill);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = (i32, i32)>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.fill_polygon(path, style));
        }
        self.outline(path);
        self.paint(style, true);
        Ok(())
    }

    /// Upright: no figure turns its text.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): (i32, i32),
    ) -> Result<()> {
        if let Some(svg) = &mut self.svg {
            return certain(svg.draw_text(text, style, (x, y)));
        }
        let anchor = style.anchor();
        self.context.set_text_align(match anchor.h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        });
        self.context.set_text_baseline(match anchor.v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        });
        self.set_font(style);
        self.context.set_fill_style_str(&css(style.color()));
        // Only a position that is no number is an error.
        let _ = self.context.fill_text(text, x.into(), y.into());
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, style: &S) -> Result<(u32, u32)> {
        let size = style.size();
        self.set_font(style);
        let width = self
            .context
            .measure_text(text)
            .map_or(0.0, |metrics| metrics.width());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates"
        )]
        let size = (width.ceil() as u32, size.ceil() as u32);
        Ok(size)
    }
}
