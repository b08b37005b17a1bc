package org

import "strconv"

var (
	adjectives = []string{"Open", "Closed", "Weekly", "Monthly", "Regional", "Overdue", "Strategic", "Unassigned", "Forecast", "Historic"}
	subjects   = []string{"Pipeline", "Cases", "Renewals", "Leads", "Invoices", "Shipments", "Campaigns", "Activities", "Contracts", "Visits"}
	views      = []string{"by Stage", "by Owner", "by Region", "per Quarter", "this Year", "Overview", "Detail", "Trend"}

	// uncommon names break careless readers: other scripts and directions, emoji, quotes, markup, escapes.
	uncommon = []string{
		"Umsätze für Zürich", "Отчёт о продажах", "売上レポート", "تقرير المبيعات", "דוח מכירות", "Pipeline 🚀 \U0001F469\u200D\U0001F4BB",
		`The "big" one`, "the team's view", "R&D <b>costs</b> & more", `C:\exports\q1`, "Línea\u2028rota", "Cafe\u0301 réseau",
		"50 % off — today…", "a\tb", "\u202Eright to left",
	}
)

// title makes the name of a report, a dashboard or a folder: mostly plain, one in twelve uncommon.
func title(roll uint64, number int) string {
	n := strconv.Itoa(number)
	if roll%12 == 0 {
		return uncommon[roll/12%uint64(len(uncommon))] + " " + n
	}
	return pick(adjectives, roll>>8) + " " + pick(subjects, roll>>16) + " " + pick(views, roll>>24) + " " + n
}

func pick(words []string, roll uint64) string { return words[roll%uint64(len(words))] }
