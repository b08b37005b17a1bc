package schema

// knownField is a row of the tables of fields that no project holds the source of.
type knownField struct{ label, dataType, references string }

func (f knownField) info() Field {
	return Field{Label: f.label, DataType: f.dataType, References: f.references, Origin: FromTable}
}

// standardFields are Salesforce's own fields, by object; the star stands for every object, and {} in the label for
// the object's.
var standardFields = map[string]knownField{
	"*.Account":          {"Account Name", "reference", "Account"},
	"*.Campaign":         {"Campaign", "reference", "Campaign"},
	"*.Contact":          {"Contact", "reference", "Contact"},
	"*.CreatedBy":        {"Created By", "reference", "User"},
	"*.CreatedDate":      {"Created Date", "datetime", ""},
	"*.Description":      {"Description", "textarea", ""},
	"*.Id":               {"{} ID", "id", ""},
	"*.LastActivityDate": {"Last Activity", "date", ""},
	"*.LastModifiedBy":   {"Last Modified By", "reference", "User"},
	"*.LastModifiedDate": {"Last Modified Date", "datetime", ""},
	"*.Name":             {"{} Name", "string", ""},
	"*.Opportunity":      {"Opportunity Name", "reference", "Opportunity"},
	"*.Owner":            {"{} Owner", "reference", "User"},
	"*.Phone":            {"Phone", "phone", ""},
	"*.RecordType":       {"{} Record Type", "picklist", ""},
	"*.SystemModstamp":   {"System Modstamp", "datetime", ""},

	"Account.Industry":  {"Industry", "picklist", ""},
	"Account.Ownership": {"Ownership", "picklist", ""},
	"Account.Parent":    {"Parent Account", "reference", "Account"},
	"Account.Rating":    {"Rating", "picklist", ""},
	"Account.Type":      {"Type", "picklist", ""},
	"Account.Website":   {"Website", "url", ""},

	"Contact.Birthdate":     {"Birthdate", "date", ""},
	"Contact.Department":    {"Department", "string", ""},
	"Contact.DoNotCall":     {"Do Not Call", "boolean", ""},
	"Contact.Email":         {"Email", "email", ""},
	"Contact.FirstName":     {"First Name", "string", ""},
	"Contact.LastName":      {"Last Name", "string", ""},
	"Contact.LeadSource":    {"Lead Source", "picklist", ""},
	"Contact.MailingCity":   {"Mailing City", "string", ""},
	"Contact.MailingState":  {"Mailing State/Province", "string", ""},
	"Contact.MailingStreet": {"Mailing Street", "textarea", ""},
	"Contact.ReportsTo":     {"Reports To", "reference", "Contact"},
	"Contact.Title":         {"Title", "string", ""},

	"Opportunity.Amount":          {"Amount", "currency", ""},
	"Opportunity.CloseDate":       {"Close Date", "date", ""},
	"Opportunity.ExpectedRevenue": {"Expected Revenue", "currency", ""},
	"Opportunity.FiscalQuarter":   {"Fiscal Quarter", "int", ""},
	"Opportunity.FiscalYear":      {"Fiscal Year", "int", ""},
	"Opportunity.IsClosed":        {"Closed", "boolean", ""},
	"Opportunity.IsWon":           {"Won", "boolean", ""},
	"Opportunity.LeadSource":      {"Lead Source", "picklist", ""},
	"Opportunity.NextStep":        {"Next Step", "string", ""},
	"Opportunity.Probability":     {"Probability (%)", "percent", ""},
	"Opportunity.StageName":       {"Stage", "picklist", ""},
	"Opportunity.Type":            {"Type", "picklist", ""},

	"OpportunityContactRole.Contact":   {"Contact", "reference", "Contact"},
	"OpportunityContactRole.IsPrimary": {"Primary", "boolean", ""},
	"OpportunityContactRole.Name":      {"Contact Name", "string", ""},
	"OpportunityContactRole.Role":      {"Role", "picklist", ""},
}

// packaged are fields of widely installed managed packages, which a project refers to but cannot hold.
var packaged = map[string]knownField{
	"Account.Level__c":                     {"Level", "reference", "Level__c"},
	"Account.npe01__One2OneContact__c":     {"Primary Contact", "reference", "Contact"},
	"Account.npe01__SYSTEMIsIndividual__c": {"_SYSTEM: IsIndividual", "boolean", ""},
	"Account.npe01__SYSTEM_AccountType__c": {"_SYSTEM: AccountType", "string", ""},

	"*.npo02__AverageAmount__c":             {"Average Gift", "currency", ""},
	"*.npo02__Best_Gift_Year__c":            {"Best Gift Year", "string", ""},
	"*.npo02__Best_Gift_Year_Total__c":      {"Best Gift Year Total", "currency", ""},
	"*.npo02__FirstCloseDate__c":            {"First Gift Date", "date", ""},
	"*.npo02__Formal_Greeting__c":           {"Formal Greeting", "string", ""},
	"*.npo02__HouseholdEmail__c":            {"Household Email", "email", ""},
	"*.npo02__HouseholdPhone__c":            {"Household Phone", "phone", ""},
	"*.npo02__Informal_Greeting__c":         {"Informal Greeting", "string", ""},
	"*.npo02__LargestAmount__c":             {"Largest Gift", "currency", ""},
	"*.npo02__LastCloseDate__c":             {"Last Gift Date", "date", ""},
	"*.npo02__LastMembershipAmount__c":      {"Last Membership Amount", "currency", ""},
	"*.npo02__LastMembershipDate__c":        {"Last Membership Date", "date", ""},
	"*.npo02__LastMembershipLevel__c":       {"Last Membership Level", "string", ""},
	"*.npo02__LastMembershipOrigin__c":      {"Last Membership Origin", "string", ""},
	"*.npo02__LastOppAmount__c":             {"Last Gift Amount", "currency", ""},
	"*.npo02__MembershipEndDate__c":         {"Membership End Date", "date", ""},
	"*.npo02__MembershipJoinDate__c":        {"Membership Join Date", "date", ""},
	"*.npo02__NumberOfClosedOpps__c":        {"Total Number of Gifts", "double", ""},
	"*.npo02__NumberOfMembershipOpps__c":    {"Number of Memberships", "double", ""},
	"*.npo02__OppAmount2YearsAgo__c":        {"Total Gifts Two Years Ago", "currency", ""},
	"*.npo02__OppAmountLastNDays__c":        {"Total Gifts Last N Days", "currency", ""},
	"*.npo02__OppAmountLastYear__c":         {"Total Gifts Last Year", "currency", ""},
	"*.npo02__OppAmountThisYear__c":         {"Total Gifts This Year", "currency", ""},
	"*.npo02__SmallestAmount__c":            {"Smallest Gift", "currency", ""},
	"*.npo02__Soft_Credit_Last_Year__c":     {"Soft Credit Last Year", "currency", ""},
	"*.npo02__Soft_Credit_This_Year__c":     {"Soft Credit This Year", "currency", ""},
	"*.npo02__Soft_Credit_Total__c":         {"Total Soft Credits", "currency", ""},
	"*.npo02__Soft_Credit_Two_Years_Ago__c": {"Soft Credit Two Years Ago", "currency", ""},
	"*.npo02__TotalMembershipOppAmount__c":  {"Total Membership Amount", "currency", ""},
	"*.npo02__TotalOppAmount__c":            {"Total Gifts", "currency", ""},

	"Contact.npo02__Formula_HouseholdMailingAddress__c":         {"Household Mailing Address", "string", ""},
	"npo02__Household__c.npo02__Formula_MailingAddress__c":      {"Mailing Address", "string", ""},
	"Opportunity.npe01__Amount_Outstanding__c":                  {"Remaining Balance", "currency", ""},
	"Opportunity.npe01__Number_of_Payments__c":                  {"Number of Payments", "double", ""},
	"Opportunity.npe01__Payments_Made__c":                       {"Payment Amount Received", "currency", ""},
	"Opportunity.npe03__Recurring_Donation__c":                  {"Recurring Donation", "reference", "npe03__Recurring_Donation__c"},
	"Opportunity.npe01__Do_Not_Automatically_Create_Payment__c": {"Do Not Automatically Create Payment", "boolean", ""},

	"npe01__OppPayment__c.npe01__Check_Reference_Number__c": {"Check/Reference Number", "string", ""},
	"npe01__OppPayment__c.npe01__Opportunity__c":            {"Opportunity", "reference", "Opportunity"},
	"npe01__OppPayment__c.npe01__Paid__c":                   {"Paid", "boolean", ""},
	"npe01__OppPayment__c.npe01__Payment_Amount__c":         {"Payment Amount", "currency", ""},
	"npe01__OppPayment__c.npe01__Payment_Date__c":           {"Payment Date", "date", ""},
	"npe01__OppPayment__c.npe01__Payment_Method__c":         {"Payment Method", "picklist", ""},
	"npe01__OppPayment__c.npe01__Scheduled_Date__c":         {"Scheduled Date", "date", ""},

	"npe03__Recurring_Donation__c.npe03__Installment_Amount__c": {"Installment Amount", "currency", ""},
	"npe03__Recurring_Donation__c.npe03__Installment_Period__c": {"Installment Period", "picklist", ""},
	"npe03__Recurring_Donation__c.npe03__Installments__c":       {"Number of Planned Installments", "double", ""},
	"npe03__Recurring_Donation__c.npe03__Last_Payment_Date__c":  {"Last Donation Date", "date", ""},
	"npe03__Recurring_Donation__c.npe03__Next_Payment_Date__c":  {"Next Donation Date", "date", ""},
	"npe03__Recurring_Donation__c.npe03__Open_Ended_Status__c":  {"Open Ended Status", "picklist", ""},

	"npe4__Relationship__c.npe4__Contact__c":                  {"Contact", "reference", "Contact"},
	"npe4__Relationship__c.npe4__RelatedContact__c":           {"Related Contact", "reference", "Contact"},
	"npe4__Relationship__c.npe4__Relationship_Explanation__c": {"Relationship Explanation", "string", ""},
	"npe4__Relationship__c.npe4__Status__c":                   {"Status", "picklist", ""},
	"npe4__Relationship__c.npe4__SYSTEM_SystemCreated__c":     {"_SYSTEM: SystemCreated", "boolean", ""},

	"npe5__Affiliation__c.npe5__Contact__c":      {"Contact", "reference", "Contact"},
	"npe5__Affiliation__c.npe5__Organization__c": {"Organization", "reference", "Account"},
	"npe5__Affiliation__c.npe5__Primary__c":      {"Primary", "boolean", ""},
}

// objectLabels are objects whose label does not follow from their name.
var objectLabels = map[string]struct{ label, plural string }{
	"Activity":               {"Activity", "Activities"},
	"CampaignMember":         {"Campaign Member", "Campaign Members"},
	"OpportunityContactRole": {"Contact Role", "Contact Roles"},
	"npe01__OppPayment__c":   {"Payment", "Payments"},
}
