//! Which labels find room: none lies on another, and none on a line it does not belong to.

/// A rectangle, `y` downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Area {
    fn touches(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// What is taken on a picture.
#[derive(Debug, Default)]
pub(super) struct Room {
    taken: Vec<Area>,
}

impl Room {
    /// Takes `area`, whatever is there.
    pub(super) fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    /// Takes the first of `places` that nothing touches.
    pub(super) fn find(&mut self, places: impl IntoIterator<Item = Area>) -> Option<Area> {
        let free = |area: &Area| !self.taken.iter().any(|taken| taken.touches(area));
        let found = places.into_iter().find(free)?;
        self.taken.push(found);
        Some(found)
    }
}

/// How wide text of this size is, at most: few characters of the font are wider than its digits.
pub(super) fn width_of(text: &str, font_size: f64) -> f64 {
    text.chars().count() as f64 * font_size * 0.64
}

/// `text`, or its beginning and `…` where it is wider than `width`.
pub(super) fn shortened(text: &str, font_size: f64, width: f64) -> String {
    if width_of(text, font_size) <= width {
        return text.to_owned();
    }
    let room = (width / (font_size * 0.64)) as usize;
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(left: f64, right: f64) -> Area {
        Area {
            left,
            right,
            top: 0.0,
            bottom: 10.0,
        }
    }

    #[test]
    fn the_first_free_place_is_taken() {
        let mut room = Room::default();
        room.take(area(0.0, 10.0));
        let found = room.find([area(5.0, 15.0), area(10.0, 20.0)]);
        assert_eq!(
            found,
            Some(area(10.0, 20.0)),
            "touching edges do not overlap"
        );
        assert_eq!(room.find([area(12.0, 13.0)]), None);
    }

    #[test]
    fn long_text_is_cut_at_characters() {
        assert_eq!(shortened("short", 10.0, 100.0), "short");
        assert_eq!(shortened("ααααααααα", 10.0, 32.0), "αααα…");
    }
}
