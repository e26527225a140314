import type { Texts } from '../en'

export const palette: Texts['palette'] = {
  open: '搜索与命令',
  short: '搜索',
  title: '搜索与命令',
  placeholder: '查找内容或执行命令',
  results: '结果',
  groups: {
    pages: '页面',
    actions: '操作',
    registries: '镜像仓库',
    repositories: '镜像库',
    tags: '标签',
    workspaces: '工作空间',
    users: '用户',
  },
  searching: '正在搜索…',
  count: (count) => `${count} 个结果`,
  none: (words) => `未找到“${words}”`,
  noneHelp: '按名称和标签搜索，请尝试更短的关键字。',
  failed: '搜索失败，页面和操作仍可使用。',
  shortcuts: '键盘快捷键',
  keys: { move: '移动', choose: '选择', close: '关闭' },
  shortcut: {
    palette: '搜索与命令',
    filter: '跳到表格的筛选框',
    help: '显示此列表',
    close: '关闭已打开的窗口',
  },
  single: '单键快捷键',
  singleHelp: '如果影响语音输入，可以将其关闭。',
}
