package node

import (
	"context"

	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/report/site"
)

// showPages shows the pages of syncs where the settings say so. An address that the settings do not name does without where it is taken:
// another serve of this machine has it.
func (n *Node) showPages(ctx context.Context, o Options, hosted *host.Host) error {
	address, set := o.Settings.Report.Listen, true
	if address == "" {
		address, set = o.Pages, false
	}
	if address == "" || address == config.Nowhere {
		return nil
	}
	shown, err := site.Listen(ctx, address, site.Options{Store: n.Store, Sources: hosted.Sources().Names, Logger: o.Logger})
	switch {
	case err != nil && set:
		return err
	case err != nil:
		o.Logger.Warn(fault.Sentence(err))
		return nil
	}
	n.Pages = "http://" + shown.Address + "/"
	n.parts.add("pages", stopWithin, shown.Close)
	o.Logger.Info("pages of syncs are shown", zap.String("address", n.Pages))
	return nil
}
