package staging

// PagePrefix is the prefix of the pages of a source.
func PagePrefix(source string) string { return SourcePrefix(source) + "pages/" }

// How the names of a page and of a list of gaps end, behind the id of their sync.
const (
	PageSuffix = ".html"
	GapsSuffix = ".gaps.csv"
)

// PageKey is the page of a sync, in HTML.
func PageKey(source, sync string) string { return PagePrefix(source) + sync + PageSuffix }

// GapsKey lists the gaps of a sync, beside its page.
func GapsKey(source, sync string) string { return PagePrefix(source) + sync + GapsSuffix }

// ToldSyncs is the prefix of the folders in which lies what people were told, one a sync.
func ToldSyncs(source string) string { return SourcePrefix(source) + "told/" }

// ToldPrefix is the prefix of what people were told of a sync, or of a source where sync is empty.
func ToldPrefix(source, sync string) string {
	if sync == "" {
		sync = "none"
	}
	return ToldSyncs(source) + sync + "/"
}

// ToldKey is what became of one message: it is written only if absent before the message is sent, and replaced afterwards.
func ToldKey(source, sync, message string) string {
	return ToldPrefix(source, sync) + message + ".json"
}

// StandingPrefix is the prefix of the events of a source that stand until something closes them.
func StandingPrefix(source string) string { return SourcePrefix(source) + "standing/" }

// StandingKey is one event of a source that stands.
func StandingKey(source, event string) string { return StandingPrefix(source) + event + ".json" }
