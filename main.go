// Command cooper manages Amazon S3 buckets in a terminal, above all how they are protected.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the program without the process around it. It returns the exit code: 0 when all went well, 1 when something
// failed, 2 when the command line or the configuration can't be used, 128+n after signal n.
func run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&process{env: env, in: stdin, out: stdout, err: stderr}).run(ctx, args)
}

func (p *process) run(ctx context.Context, args []string) int {
	ctx, stop := p.catchSignals(ctx)
	defer stop()
	cmd := p.rootCommand()
	cmd.SetArgs(args)
	cmd.SetIn(p.in)
	cmd.SetOut(p.out)
	cmd.SetErr(p.err)
	if err := cmd.ExecuteContext(ctx); err != nil {
		if said := p.sentence(err); said != "" {
			fmt.Fprintln(p.err, "cooper: "+said)
		}
		return p.exitCode(ctx, err)
	}
	return p.exitCode(ctx, nil)
}
