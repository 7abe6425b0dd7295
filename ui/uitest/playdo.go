package uitest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// do does one command.
func (p *player) do(ctx context.Context, c Command) error {
	if p.o.Each != nil {
		p.o.Each(c, p.hidden)
	}
	switch c.Name {
	case "Output", "Require", "Env": // read before the start, or for VHS alone
	case "Set":
		return p.set(c)
	case "Hide", "Show":
		p.hidden = c.Name == "Hide"
	case "Type":
		return p.typeText(ctx, c)
	case "Copy":
		p.clip = c.Text
	case "Paste":
		return p.paste(ctx)
	case "Sleep":
		return p.pause(ctx, c.Time)
	case "Wait":
		return p.wait(ctx, c)
	case "Screenshot":
		return p.shoot(ctx, c)
	default:
		return p.press(ctx, c)
	}
	return nil
}

// shoot hands out the screen as it is once it stands still.
func (p *player) shoot(ctx context.Context, c Command) error {
	p.settle(ctx)
	if p.o.Screenshot == nil {
		return nil
	}
	return p.o.Screenshot(c.Text, p.screen)
}

// set does the settings that may change on the way.
func (p *player) set(c Command) (err error) {
	switch c.Arg {
	case "TypingSpeed":
		p.typing, err = time.ParseDuration(c.Text)
	case "WaitTimeout":
		p.limit, err = time.ParseDuration(c.Text)
	case "WaitPattern":
		p.prompt, err = regexp.Compile(c.Text)
	}
	return err
}

func (p *player) send(text string) error {
	if _, err := p.pty.WriteString(text); err != nil {
		select {
		case <-p.gone:
			return errGone
		default:
			return fmt.Errorf("type into the terminal: %w", err)
		}
	}
	return nil
}

func (p *player) typeText(ctx context.Context, c Command) error {
	for _, r := range c.Text {
		if err := p.send(string(r)); err != nil {
			return err
		}
		if err := p.between(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// between makes the pause after a key.
func (p *player) between(ctx context.Context, c Command) error {
	d := p.typing
	if c.Timed {
		d = c.Time
	}
	return sleep(ctx, time.Duration(float64(d)*p.o.Pace))
}

func (p *player) press(ctx context.Context, c Command) error {
	for range c.Count {
		for _, key := range c.Keys {
			text, err := p.keyText(key)
			if err != nil {
				return err
			}
			if err := p.send(text); err != nil {
				return err
			}
			if key == "esc" {
				if err := sleep(ctx, escGap); err != nil {
					return err
				}
			}
			if err := p.between(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyText is what the terminal sends for a key. The wheel is a mouse report
// over the middle of the screen when the program wants those, else nothing.
func (p *player) keyText(key string) (string, error) {
	if key != wheelUp && key != wheelDown {
		return keyBytes(key)
	}
	if !p.screen.Mode(1006) {
		return "", nil
	}
	button := 64
	if key == wheelDown {
		button = 65
	}
	w, h := p.screen.Size()
	return fmt.Sprintf("\x1b[<%d;%d;%dM", button, w/2, h/2), nil
}

func (p *player) paste(ctx context.Context) error {
	text := p.clip
	if p.screen.Mode(2004) {
		text = "\x1b[200~" + text + "\x1b[201~"
	}
	if err := p.send(text); err != nil {
		return err
	}
	return p.between(ctx, Command{})
}

// pause is a Sleep: scaled, but at least until the program is quiet.
func (p *player) pause(ctx context.Context, d time.Duration) error {
	scaled := max(time.Duration(float64(d)*p.o.Pace), min(d, p.o.MinSleep))
	if err := sleep(ctx, scaled); err != nil {
		return err
	}
	if scaled < d {
		p.settle(ctx)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wait is a Wait: until the cursor's line or the screen matches.
func (p *player) wait(ctx context.Context, c Command) error {
	match, limit := p.prompt, p.limit
	if c.Match != nil {
		match = c.Match
	}
	if c.Timed {
		limit = c.Time
	}
	see := func() bool {
		if c.Arg == "Screen" {
			return match.MatchString(p.screen.Text())
		}
		_, y, _ := p.screen.Cursor()
		return match.MatchString(p.screen.Line(y))
	}
	if err := p.until(ctx, limit, see); err != nil {
		return fmt.Errorf("%s+%s /%s/: %w; the screen is\n%s", c.Name, c.Arg, match, err, framed(p.screen))
	}
	return nil
}

// framed is a screen with a line around it, so that blanks can be seen.
func framed(s *Screen) string {
	w, _ := s.Size()
	rule := "+" + strings.Repeat("-", w) + "+\n"
	var b strings.Builder
	b.WriteString(rule)
	for _, line := range s.Lines() {
		b.WriteString("|" + line + "\n")
	}
	b.WriteString(rule)
	return b.String()
}
