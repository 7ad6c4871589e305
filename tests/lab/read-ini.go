// What gopkg.in/ini.v1 reads, set as Grafana ("grafana") and Gitea ("gitea") set it: read-ini KIND FILE... prints a JSON
// list of sections, each key's value as Key.String() has it.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"gopkg.in/ini.v1"
)

func main() {
	// Gitea: modules/setting/config_provider.go. Grafana: pkg/setting/setting.go takes the defaults.
	options := ini.LoadOptions{}
	if os.Args[1] == "gitea" {
		options.IgnoreContinuation = true
	}
	all := []map[string]map[string]string{}
	for _, name := range os.Args[2:] {
		file, err := ini.LoadSources(options, name)
		if err != nil {
			fmt.Fprintln(os.Stderr, name, err)
			os.Exit(1)
		}
		sections := map[string]map[string]string{}
		for _, section := range file.Sections() {
			keys := map[string]string{}
			for _, key := range section.Keys() {
				keys[key.Name()] = key.String()
			}
			sections[section.Name()] = keys
		}
		all = append(all, sections)
	}
	json.NewEncoder(os.Stdout).Encode(all)
}
