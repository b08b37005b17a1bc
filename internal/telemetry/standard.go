package telemetry

import (
	"io"
	"log"
	"strings"

	"go.uber.org/zap"
)

// longestForeign bounds a line of Go's libraries, in bytes.
const longestForeign = 200

// CatchStandard takes over what Go's libraries write into the standard logger, which would go to stderr as it is: net/http repeats there
// what a server has sent, a report among it. It goes into the log at level debug, without what is quoted; nil drops it.
func CatchStandard(logger *zap.Logger) {
	log.SetFlags(0)
	if logger == nil {
		log.SetOutput(io.Discard)
		return
	}
	log.SetOutput(foreign{logger.Named("go")})
}

// foreign writes lines of others into a log.
type foreign struct{ zap *zap.Logger }

// Write writes one line.
func (f foreign) Write(line []byte) (int, error) {
	f.zap.Debug(withoutData(string(line)))
	return len(line), nil
}

// withoutData is a line up to what it quotes.
func withoutData(line string) string {
	line, _, _ = strings.Cut(strings.TrimSpace(line), "\n")
	if at := strings.IndexAny(line, "\"'`{[<"); at >= 0 {
		line = strings.TrimRight(line[:at], " :,;=(") + " ..."
	}
	if len(line) > longestForeign {
		line = line[:longestForeign] + " ..."
	}
	return strings.ToValidUTF8(line, "")
}
