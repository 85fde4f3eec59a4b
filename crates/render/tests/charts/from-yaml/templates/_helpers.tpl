{{ define "data" }}name: {{ .Release.Name }}
list: [1, 2]
{{ end }}